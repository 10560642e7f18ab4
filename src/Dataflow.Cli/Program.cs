using Dataflow.Cli;

return await Tool.RunAsync(args, Terminal.OfProcess());
