// SPDX-License-Identifier: MIT

using BlazorSample;
using Microsoft.AspNetCore.Components.WebAssembly.Hosting;

// dotnet run, then open the address that it prints. A broker of this machine lets pages of localhost in.
WebAssemblyHostBuilder builder = WebAssemblyHostBuilder.CreateDefault(args);
builder.RootComponents.Add<Chat>("#app");
await builder.Build().RunAsync();
