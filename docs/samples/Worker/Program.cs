// SPDX-License-Identifier: MIT

using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using RawMqtt.Hosting;
using RawMqtt.Samples;

// The client stands in appsettings.json. dotnet run -- --Mqtt:Address=ws://localhost:8083/mqtt
HostApplicationBuilder builder = Host.CreateApplicationBuilder(args);
builder.Services.AddMqttClient("thermostat", builder.Configuration.GetSection("Mqtt"));
builder.Services.AddHostedService<Thermostat>();
await builder.Build().RunAsync();
