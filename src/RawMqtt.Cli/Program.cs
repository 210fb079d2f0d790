using RawMqtt.Cli;

return await Tool.RunAsync(args);
