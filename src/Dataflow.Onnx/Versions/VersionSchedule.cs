using MessagePack;
using MessagePack.Formatters;

namespace Dataflow.Onnx.Versions;

/// <summary>The choice of versions: the one that answers, and the one that is tried beside it.</summary>
[MessagePackFormatter(typeof(VersionChoiceFormatter))]
internal readonly record struct VersionChoice(string Answers, string? Tried);

/// <summary>Writes both names, for values in flight at a checkpoint.</summary>
internal sealed class VersionChoiceFormatter : IMessagePackFormatter<VersionChoice>
{
    public void Serialize(ref MessagePackWriter writer, VersionChoice value, MessagePackSerializerOptions options)
    {
        writer.WriteArrayHeader(2);
        writer.Write(value.Answers);
        writer.Write(value.Tried);
    }

    public VersionChoice Deserialize(ref MessagePackReader reader, MessagePackSerializerOptions options)
    {
        _ = reader.ReadArrayHeader();
        return new(reader.ReadString()!, reader.ReadString());
    }
}

/// <summary>Changes versions at checkpoints: at the same one in all workers of a job.</summary>
internal sealed class VersionSchedule(VersionChoice begin, Action close) : IAsyncDisposable
{
    private readonly Lock _gate = new();
    private readonly List<Change> _asked = [];
    private readonly List<Change> _made = []; // at a checkpoint that is not durable yet
    private VersionChoice _choice = begin;
    private long _checkpoint;

    /// <summary>The choice that the last checkpoint has made.</summary>
    public VersionChoice Choice
    {
        get
        {
            lock (_gate) return _choice;
        }
    }

    public Task<VersionChange> TryAsync(string version) => AskAsync(choice => version == choice.Answers
        ? throw new ArgumentException($"Version '{version}' answers already. Try another one.", nameof(version))
        : choice with { Tried = version });

    public Task<VersionChange> SwitchAsync(string version) => AskAsync(_ => new VersionChoice(version, Tried: null));

    /// <summary>Returns the choice for the records behind a checkpoint. The first worker that reaches it decides for all.</summary>
    public VersionChoice After(long checkpoint)
    {
        lock (_gate)
        {
            if (checkpoint <= _checkpoint) return _choice;
            _checkpoint = checkpoint;
            foreach (var change in _asked) _choice = change.Choice;
            _made.AddRange(_asked);
            _asked.Clear();
            return _choice;
        }
    }

    /// <summary>Reports that a checkpoint is durable.</summary>
    public void Committed(long checkpoint, Func<IReadOnlyDictionary<string, long>> positions)
    {
        lock (_gate)
        {
            if (checkpoint < _checkpoint || _made.Count == 0) return;
            var places = positions();
            foreach (var change in _made) change.Done.TrySetResult(new(change.Choice.Answers, change.Choice.Tried, checkpoint, places));
            _made.Clear();
        }
    }

    public ValueTask DisposeAsync()
    {
        lock (_gate)
        {
            foreach (var change in _asked.Concat(_made)) change.Done.TrySetCanceled();
            _asked.Clear();
            _made.Clear();
        }

        close();
        return ValueTask.CompletedTask;
    }

    private Task<VersionChange> AskAsync(Func<VersionChoice, VersionChoice> change)
    {
        lock (_gate)
        {
            var asked = new Change(change(_asked.Count == 0 ? _choice : _asked[^1].Choice));
            _asked.Add(asked);
            return asked.Done.Task;
        }
    }

    private sealed class Change(VersionChoice choice)
    {
        public VersionChoice Choice => choice;

        public TaskCompletionSource<VersionChange> Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
