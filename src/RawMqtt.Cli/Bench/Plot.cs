// SPDX-License-Identifier: MIT

using System.Globalization;
using System.Net;
using System.Text;

namespace RawMqtt.Cli.Bench;

/// <summary>A plot of lines as SVG. Colours come from the page's style sheet.</summary>
/// <param name="Title">What stands above it.</param>
/// <param name="Lines">The names of the lines, and their points in rising order.</param>
internal sealed record Plot(string Title, IReadOnlyList<(string Name, IReadOnlyList<(double X, double Y)> Points)> Lines)
{
    private const int Width = 720;
    private const int Height = 260;
    private const int Left = 80;
    private const int Right = 20;
    private const int Top = 16;
    private const int Bottom = 36;

    /// <summary>Gets the text below the horizontal axis.</summary>
    public string Below { get; init; } = "";

    /// <summary>Gets what a value of the vertical axis is called.</summary>
    public Func<double, string> Value { get; init; } = Durations.Count;

    /// <summary>Gets the marks of the horizontal axis; empty for a few even ones.</summary>
    public IReadOnlyList<(double X, string Name)> Marks { get; init; } = [];

    /// <summary>Gets whether the vertical axis is logarithmic.</summary>
    public bool IsLogarithmic { get; init; }

    public string Render()
    {
        (double X, double Y)[] all = [.. Lines.SelectMany(line => line.Points).Where(point => !IsLogarithmic || point.Y > 0)];
        if (all.Length == 0) return "";
        (double least, double most) = (all.Min(point => point.X), all.Max(point => point.X));
        if (most <= least) most = least + 1;
        double bottom = IsLogarithmic ? Math.Pow(10, Math.Floor(Math.Log10(all.Min(point => point.Y)))) : 0;
        double top = IsLogarithmic ? Math.Pow(10, Math.Ceiling(Math.Log10(all.Max(point => point.Y) * 1.0001))) : NiceTop(all.Max(point => point.Y));
        double PlaceX(double x) => Left + (x - least) / (most - least) * (Width - Left - Right);
        double PlaceY(double y)
        {
            double share = IsLogarithmic ? Math.Log10(Math.Max(y, bottom) / bottom) / Math.Log10(top / bottom) : y / top;
            return Height - Bottom - share * (Height - Top - Bottom);
        }

        var svg = new StringBuilder();
        svg.Append(CultureInfo.InvariantCulture, $"<figure><figcaption>{Text(Title)}</figcaption><svg viewBox=\"0 0 {Width} {Height}\" role=\"img\">");
        foreach (double y in IsLogarithmic ? Decades(bottom, top) : Even(0, top))
        {
            double place = PlaceY(y);
            svg.Append(CultureInfo.InvariantCulture, $"<line class=\"grid\" x1=\"{Left}\" x2=\"{Width - Right}\" y1=\"{place:0.#}\" y2=\"{place:0.#}\"/>");
            svg.Append(CultureInfo.InvariantCulture, $"<text class=\"left\" x=\"{Left - 8}\" y=\"{place + 4:0.#}\">{Text(Value(y))}</text>");
        }

        foreach ((double x, string name) in Marks.Count > 0 ? Marks : [.. Even(least, most).Select(x => (x, x.ToString("0.#", CultureInfo.InvariantCulture)))])
        {
            if (x < least || x > most) continue;
            svg.Append(CultureInfo.InvariantCulture, $"<text class=\"below\" x=\"{PlaceX(x):0.#}\" y=\"{Height - Bottom + 16}\">{Text(name)}</text>");
        }

        svg.Append(CultureInfo.InvariantCulture, $"<text class=\"below\" x=\"{(Left + Width - Right) / 2}\" y=\"{Height - 4}\">{Text(Below)}</text>");
        foreach ((int i, (string name, IReadOnlyList<(double X, double Y)> points)) in Lines.Index())
        {
            string places = string.Join(' ', points.Select(point =>
                string.Create(CultureInfo.InvariantCulture, $"{PlaceX(point.X):0.#},{PlaceY(point.Y):0.#}")));
            svg.Append(CultureInfo.InvariantCulture, $"<polyline class=\"line{i}\" points=\"{places}\"><title>{Text(name)}</title></polyline>");
        }

        svg.Append("</svg><p class=\"legend\">");
        foreach ((int i, (string name, _)) in Lines.Index()) svg.Append(CultureInfo.InvariantCulture, $"<span class=\"line{i}\">{Text(name)}</span>");
        return svg.Append("</p></figure>\n").ToString();
    }

    private static string Text(string text) => WebUtility.HtmlEncode(text);

    /// <summary>Returns 1, 2 or 5 times a power of ten, at or above the value.</summary>
    private static double NiceTop(double value)
    {
        if (value <= 0) return 1;
        double power = Math.Pow(10, Math.Floor(Math.Log10(value)));
        return power * (value / power) switch { <= 1 => 1, <= 2 => 2, <= 5 => 5, _ => 10 };
    }

    private static IEnumerable<double> Even(double from, double to) => Enumerable.Range(0, 6).Select(i => from + (to - from) * i / 5);

    private static IEnumerable<double> Decades(double from, double to)
    {
        for (double y = from; y <= to * 1.0001; y *= 10) yield return y;
    }
}
