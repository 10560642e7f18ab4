using Dataflow.Planning;
using Dataflow.Runtime;

namespace Dataflow.Operations.Findings;

/// <summary>Finds sources that return no records.</summary>
internal sealed class InputFindings(JobRun job, JobStatus status)
{
    public IEnumerable<Finding> All()
    {
        if (job.StartGate.IsOpen) return job.Plan.Nodes.OfType<ISourceNode>().SelectMany(Of);
        var loading = Loading().ToList();
        return loading.Count > 0 || !job.IsShared ? loading :
        [
            new(FindingKind.TableIsLoading, job.Plan.Pipeline,
                "A table is still being read by other processes. Streams start when its end has come from them."),
        ];
    }

    private IEnumerable<Finding> Loading()
        => from source in job.Plan.Nodes.OfType<ISourceNode>()
           where source.SortsByTime || (source.IsBounded && job.Plan.IsReadFirst(source))
           from split in SplitsOf(source)
           where !split.IsFinished
           select new Finding(
               FindingKind.TableIsLoading, split.Name,
               (source.SortsByTime ? $"Source '{source.Name}' is still being put in order of time: "
                   : $"{(source.FeedsTable ? "The table of source" : "Source")} '{source.Name}' is still being read: ")
               + $"'{split.Name}' is at {split.Position}{(split.Lag is { } lag ? $", {lag} to go" : "")}. Streams start when it is at its "
               + "end.");

    private IEnumerable<Finding> Of(ISourceNode source)
    {
        var splits = SplitsOf(source);
        var failed = splits.Sum(split => split.DeadLetters);
        if (splits.Sum(split => split.Read) > 0) yield break;
        if (failed > 0)
        {
            yield return new(FindingKind.NothingDecodes, source.Name,
                $"Source '{source.Name}': none of {failed} records could be decoded; they are dead letters, with the reason.");
        }
        else if (splits.All(split => split.IsFinished))
        {
            yield return new(
                FindingKind.NoInput, source.Name, $"Source '{source.Name}' is at its end and gave no records since the job started.");
        }
        else
        {
            yield return new(FindingKind.NoInput, source.Name,
                $"Source '{source.Name}' has given no records since the job started: {Positions(splits)}. Is anything written to it?");
        }
    }

    private static string Positions(IEnumerable<SplitStatus> splits)
        => string.Join(", ", splits.Where(split => !split.IsFinished).Take(4).Select(split
            => $"'{split.Name}' is at {split.Position}{(split.Lag is { } lag ? $" with {lag} ahead" : "")}"));

    private List<SplitStatus> SplitsOf(ISourceNode source)
    {
        var names = job.Splits.Of((Node)source).Select(split => split.Name).ToHashSet(StringComparer.Ordinal);
        return [.. status.Splits.Where(split => names.Contains(split.Name))];
    }
}
