using Dataflow.Perf.Serving;

switch (args)
{
    case ["http"]:
        await HttpReads.RunAsync();
        break;
    case ["closed", var port, var connections, var requests, var rows]: // what "http" starts
        HttpLoad.RunClosed(int.Parse(port), int.Parse(connections), int.Parse(requests), int.Parse(rows));
        break;
    case ["open", var port, var connections, var requests, var rate]:
        HttpLoad.RunOpen(int.Parse(port), int.Parse(connections), int.Parse(requests), int.Parse(rate));
        break;
    case ["sets"]:
        await TrainingSets.RunAsync();
        break;
    default:
        throw new ArgumentException("Say what to measure: http or sets.");
}
