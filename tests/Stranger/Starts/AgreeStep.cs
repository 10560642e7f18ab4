using System.Text;
using Dataflow;
using Dataflow.Log;

namespace Stranger.Starts;

/// <summary>A step of jobs that must agree: the first on a log leaves its unit in a topic, and the others have to have the same.</summary>
internal static class AgreeStep
{
    extension<T>(Stream<T> stream)
    {
        /// <summary>Passes values on, in a unit that all jobs of the log agree on.</summary>
        public Stream<T> Agree(string unit, string name = "agree") => stream.Add(input => new AgreeNode<T>(name, input, unit));
    }

    /// <summary>The units that were left, in order.</summary>
    public static IReadOnlyList<string> Units(PartitionedLog log)
        => log.TryGetTopic(AgreeNode.Topic, out _) ? [.. Topic.Of<string>(AgreeNode.Topic).ReadAll(log)] : [];
}

internal static class AgreeNode
{
    public const string Topic = "units";
}

internal sealed record AgreeNode<T>(string Name, Node<T> Input, string Unit) : Node<T, T>(Name, Input)
{
    /// <summary>The topic that the step is opened with.</summary>
    public override NewTopic? Creates => new($"{Name}.notes", 1);

    public override Operator<T, T> CreateOperator() => new AgreeOperator<T>(Creates!.Value.Name);

    public override IEnumerable<string> CheckLog(StartContext start)
    {
        var others = start.Steps.OfType<AgreeNode<T>>().Select(static step => step.Unit);
        if (AgreeStep.Units(start.Log).Concat(others).FirstOrDefault() is { } agreed && agreed != Unit)
            yield return $"step '{Name}' counts in {Unit}, and jobs of this log have agreed on {agreed}. Change the unit.";
    }

    public override async ValueTask PrepareLogAsync(StartContext start, CancellationToken cancellationToken)
    {
        if (AgreeStep.Units(start.Log).Count > 0) return;
        var topic = await start.Log.CreateTopicAsync(AgreeNode.Topic, 1, cancellationToken);
        await Task.Yield(); // others could come between, if they were let
        var (commit, records) = (new LogCommit(), new RecordBuffer());
        records.Append(0, Encoding.UTF8.GetBytes(Unit));
        commit.Add(topic, 0, records);
        await start.Log.CommitAsync(commit, cancellationToken);
        if (Unit.Length == 0) throw new InvalidOperationException("The unit has no name.");
    }
}

internal sealed class AgreeOperator<T>(string topic) : Operator<T, T>
{
    public override void Process(in Record<T> record) => Emit(in record);

    protected override void Open() => _ = Context.Log.GetTopic(topic);
}
