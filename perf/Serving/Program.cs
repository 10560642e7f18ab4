using Dataflow.Perf.Serving;

switch (args)
{
    case ["http"]:
        await HttpReads.RunAsync();
        break;
    case ["load", var port, var connections, var requests, var rows]: // what "http" starts
        HttpLoad.Run(int.Parse(port), int.Parse(connections), int.Parse(requests), int.Parse(rows));
        break;
    case ["sets"]:
        await TrainingSets.RunAsync();
        break;
    default:
        throw new ArgumentException("Say what to measure: http or sets.");
}
