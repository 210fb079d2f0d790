// SPDX-License-Identifier: MIT

namespace RawMqtt.Cli;

/// <summary>Judges what a browser does when a page of some origin connects to an address.</summary>
internal static class BrowserPage
{
    /// <summary>Returns a sentence, and whether the browser or our broker's default settings refuse the connection.</summary>
    public static (string Verdict, bool IsRefused) Judge(string origin, DoctorTarget target)
    {
        if (!target.IsWebSocket) return ($"A browser cannot open {target.Scheme}: give the broker a ws or wss address.", true);
        if (origin == "null") return ("Files and sandboxed frames have the origin null: our broker refuses it unless --allow-origin null is given.", true);
        if (!Uri.TryCreate(origin, UriKind.Absolute, out Uri? page) || page.Scheme is not ("http" or "https"))
        {
            return ($"{origin} is no origin of a page, such as https://example.com.", true);
        }

        if (page.Scheme == "https" && !target.IsTls && !target.IsLoopback)
        {
            return ($"Mixed content: a page on https may not open ws. Use {target.With("wss")}.", true);
        }

        string local = target.IsLoopback && !page.IsLoopback
            ? " Chrome asks the user for permission before a public page reaches into the local network."
            : "";
        bool isSameHost = string.Equals(page.Host, target.Host, StringComparison.OrdinalIgnoreCase) || (page.IsLoopback && target.IsLoopback);
        if (isSameHost) return ($"A browser allows the connection, and so does our broker: page and broker have one host.{local}", false);
        return ($"A browser allows the connection; our broker needs --allow-origin {page.Scheme}://{page.Authority}.{local}", false);
    }
}
