// SPDX-License-Identifier: MIT

using RawMqtt.Cli;

return await Tool.RunAsync(args);
