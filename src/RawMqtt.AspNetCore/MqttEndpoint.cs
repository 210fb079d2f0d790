// SPDX-License-Identifier: MIT

using System.Net;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Http.Timeouts;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;

namespace RawMqtt.AspNetCore;

/// <summary>Hands opening handshakes of one path to the broker, and the streams of those that it accepts.</summary>
internal sealed class MqttEndpoint(string pattern, Func<MqttBroker> broker)
{
    private MqttBroker? used;

    public async Task ServeAsync(HttpContext context)
    {
        used ??= broker();
        await used.ServeUpgradeAsync(RequestOf(context), answer => AnswerAsync(context, answer)).ConfigureAwait(false);
    }

    /// <summary>Ends the connections before the web server waits for them.</summary>
    public void Stop() => _ = used?.StopAsync();

    private static bool IsExtendedConnect(HttpContext context) =>
        context.Features.Get<IHttpExtendedConnectFeature>() is { IsExtendedConnect: true, Protocol: "websocket" };

    private MqttUpgradeRequest RequestOf(HttpContext context)
    {
        HttpRequest request = context.Request;
        ConnectionInfo connection = context.Connection;
        IPEndPoint? local = EndOf(connection.LocalIpAddress, connection.LocalPort);
        return new MqttUpgradeRequest
        {
            Host = request.Host.Value ?? "",
            Target = $"{request.PathBase.ToUriComponent()}{request.Path.ToUriComponent()}{request.QueryString.ToUriComponent()}",
            Headers = [.. request.Headers.SelectMany(field => field.Value.Select(value => KeyValuePair.Create(field.Key, value ?? "")))],
            IsExtendedConnect = IsExtendedConnect(context),
            IsTls = request.IsHttps,
            RemoteAddress = EndOf(connection.RemoteIpAddress, connection.RemotePort),
            LocalAddress = local,
            ClientCertificate = connection.ClientCertificate,
            Listener = $"{(request.IsHttps ? "wss" : "ws")}://{local?.ToString() ?? "application"}{pattern}",
        };
    }

    private static async Task<Stream> AnswerAsync(HttpContext context, MqttUpgradeAnswer answer)
    {
        HttpResponse response = context.Response;
        foreach ((string name, string value) in answer.Headers)
        {
            if (name != "Connection" && value.Length > 0) response.Headers.Append(name, value); // Connection is the web server's
        }

        if (!answer.IsAccepted)
        {
            response.StatusCode = answer.Status;
            response.ContentType = "text/plain; charset=utf-8";
            await response.WriteAsync(answer.Body, context.RequestAborted).ConfigureAwait(false);
            return Stream.Null;
        }

        LiftLimits(context.Features);
        Stream stream = IsExtendedConnect(context)
            ? await context.Features.GetRequiredFeature<IHttpExtendedConnectFeature>().AcceptAsync().ConfigureAwait(false)
            : await context.Features.GetRequiredFeature<IHttpUpgradeFeature>().UpgradeAsync().ConfigureAwait(false);
        return new RequestStream(stream, context.Abort, context.RequestAborted);
    }

    /// <summary>What limits requests does not fit a connection that lives long and says little: the broker has its own limits.</summary>
    private static void LiftLimits(IFeatureCollection features)
    {
        if (features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size) size.MaxRequestBodySize = null;
        if (features.Get<IHttpMinRequestBodyDataRateFeature>() is { } incoming) incoming.MinDataRate = null;
        if (features.Get<IHttpRequestTimeoutFeature>() is { } timeout) timeout.DisableTimeout();
    }

    private static IPEndPoint? EndOf(IPAddress? address, int port) => address is null ? null : new IPEndPoint(address, port);
}
