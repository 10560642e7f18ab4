using Dataflow;

namespace Stranger.Growth;

/// <summary>A step that was written without state, and got states and timers in later versions.</summary>
internal sealed record GrowNode(Node<Keyed<int, Reading>> Before, int Version)
    : Node<Keyed<int, Reading>, Keyed<int, string>>("grow", Before)
{
    public override Operator<Keyed<int, Reading>, Keyed<int, string>> CreateOperator() => new GrowOperator(Version);
}

internal sealed class GrowOperator(int version) : Operator<Keyed<int, Reading>, Keyed<int, string>>
{
    private const long QuietMs = 1_000_000;

    private KeyedState<int, int>? _counts; // since version 2
    private KeyedState<KeyPart<int>, long>? _values; // since version 3
    private WaitingRecords<int, long>? _waiting;
    private Timers<int>? _timers;

    public override void Process(in Record<Keyed<int, Reading>> record)
    {
        var (key, time) = (record.Value.Key, record.Timestamp);
        var count = _counts is null ? 0 : ++_counts.Update(key, out _);
        _values?.Update(new(key, time), out _) = record.Value.Value.Value;
        _waiting?.Add(record.With(new Keyed<int, long>(key, time)));
        _timers?.Set(key, time + QuietMs);
        if (_timers is null) Emit(record.With(new Keyed<int, string>(key, $"{key} {count}")));
    }

    public override void Advance(long watermark)
    {
        while (_timers is not null && _timers.TryTakeDue(watermark, out var key, out var due)) Tell(key, due);
        base.Advance(watermark);
    }

    protected override void Declare(StepDeclaration declare)
    {
        if (version < 2) return;
        _counts = declare.State<int, int>("counts");
        if (version < 3) return;
        _values = declare.State<KeyPart<int>, long>("values");
        _waiting = declare.Waiting<int, long>("waiting", TimeSpan.FromMilliseconds(10));
        _timers = declare.Timers<int>();
    }

    private void Tell(int key, long due)
    {
        _values!.TryGet(new(key, due - QuietMs), out var value);
        _counts!.TryGet(key, out var count);
        Emit(new(new(key, $"{key} {count} {value} {_waiting!.Entries > 0}"), due, default));
    }
}
