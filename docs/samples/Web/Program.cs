// SPDX-License-Identifier: MIT

using RawMqtt;
using RawMqtt.AspNetCore;
using RawMqtt.Hosting;

// A page and a broker on one port. dotnet run, then open the address that it prints.
WebApplicationBuilder builder = WebApplication.CreateSlimBuilder(args);
builder.Services.AddMqttBroker(builder.Configuration.GetSection("Broker"), (_, options) => options with { Listeners = [] });
builder.Services.AddHealthChecks();
WebApplication app = builder.Build();
app.UseDefaultFiles();
app.UseStaticFiles();
app.MapMqtt("/mqtt");
app.MapPost("/say", (MqttBroker broker, string text) => broker.Publish("samples/said", text, retain: true));
await app.RunAsync();
