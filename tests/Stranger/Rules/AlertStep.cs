using Dataflow;

namespace Stranger.Rules;

internal static class AlertStep
{
    extension<T>(Stream<T> stream)
    {
        /// <summary>Says for each record which rules it breaks. Every worker knows all rules, and counts what it has seen.</summary>
        public Stream<string> Alert(Stream<string> rules, Func<T, string, bool> breaks, string name = "alert")
            => stream.AddBroadcast(rules, (input, second) => new AlertNode<T>(name, input, second, breaks));
    }
}

internal sealed record AlertNode<T>(string Name, Node<T> Input, SecondInput<string> Second, Func<T, string, bool> Breaks)
    : Node<T, string, string>(Name, Input, Second)
{
    public override Operator<T, string, string> CreateOperator() => new AlertOperator<T>(Breaks);
}

internal sealed class AlertOperator<T>(Func<T, string, bool> breaks) : Operator<T, string, string>
{
    private KeyedState<string, bool> _rules = null!;
    private KeyedState<Shard, long> _seen = null!;

    public override bool WaitsForSecond => false;

    public override void ProcessSecond(in Record<string> record) => _rules.Update(record.Value, out _) = true;

    public override void Process(in Record<T> record)
    {
        _seen.Update(Context.OwnShard, out _)++;
        var broken = new List<string>();
        _rules.ForEach((Step: this, record.Value, broken), static (to, rule, in _) => to.Step.Note(to.Value, rule, to.broken));
        broken.Sort(StringComparer.Ordinal);
        Emit(record.With($"{record.Value}: {string.Join(' ', broken)}"));
    }

    protected override void Declare(StepDeclaration declare)
    {
        _rules = declare.BroadcastState<string, bool>("rules");
        _seen = declare.State<Shard, long>("seen");
    }

    protected override void AdvanceBoth(long watermark)
    {
        if (watermark == long.MaxValue) _seen.ForEach((_, seen) => Emit(new($"seen {seen}", 0, default)));
        base.AdvanceBoth(watermark);
    }

    private void Note(T value, string rule, List<string> broken)
    {
        if (breaks(value, rule)) broken.Add(rule);
    }
}
