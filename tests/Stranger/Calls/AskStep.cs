using System.Collections.Concurrent;
using System.Text;
using Dataflow;
using Dataflow.Log;

namespace Stranger.Calls;

/// <summary>A step that asks a service, and asks the same question once: answers are in a topic before anyone gets them.</summary>
internal static class AskStep
{
    extension<TKey, T>(KeyedStream<TKey, T> stream)
        where TKey : notnull
    {
        /// <summary>Replaces each value by the answer to its question; answers keep the order of their key.</summary>
        public KeyedStream<TKey, string> Ask(
            Func<T, string> question, Func<string, CancellationToken, Task<string>> service, AsyncOptions? options = null,
            string name = "ask")
            => stream.Add(input => new AskNode<TKey, T>(name, input, question, service, options ?? new()));
    }
}

internal sealed record AskNode<TKey, T>(
    string Name, Node<Keyed<TKey, T>> Input, Func<T, string> Question, Func<string, CancellationToken, Task<string>> Service,
    AsyncOptions Options)
    : Node<Keyed<TKey, T>, Keyed<TKey, string>>(Name, Input)
    where TKey : notnull
{
    public override string Detail => Options.Detail;

    public override Operator<Keyed<TKey, T>, Keyed<TKey, string>> CreateOperator() => new AskOperator<TKey, T>(this);
}

internal sealed class AskOperator<TKey, T>(AskNode<TKey, T> node) : KeyedAsyncOperator<TKey, T, string>(node.Options)
    where TKey : notnull
{
    private Answers _answers = null!;
    private Counter _reused = null!;

    protected override void Declare(StepDeclaration declare)
    {
        base.Declare(declare);
        _reused = declare.Counter(CounterDefinition.Reused);
        declare.Gauge(CounterDefinition.Calls, () => CallsMade - _reused.Value);
    }

    protected override void Open()
    {
        // Before the base does: it makes calls for the records that were in flight.
        _answers = Context.Shared(() => new Answers(Context.Log, $"{node.Name}.answers", node.Service));
        base.Open();
    }

    protected override bool IsAnswered(Keyed<TKey, T> value) => _answers.Has(node.Question(value.Value));

    protected override Task<string> CallAsync(Keyed<TKey, T> value, CancellationToken cancellationToken)
    {
        var question = node.Question(value.Value);
        if (_answers.Has(question)) _reused.Add();
        return _answers.GetAsync(question, cancellationToken);
    }
}

/// <summary>The answers that were recorded, and those that are on their way. One for all workers of a job.</summary>
internal sealed class Answers : IAsyncDisposable
{
    private readonly PartitionedLog _log;
    private readonly LogTopic _topic;
    private readonly Func<string, CancellationToken, Task<string>> _service;
    private readonly ConcurrentDictionary<string, Lazy<Task<string>>> _known = new(StringComparer.Ordinal);

    public Answers(PartitionedLog log, string topic, Func<string, CancellationToken, Task<string>> service)
    {
        (_log, _service) = (log, service);
        _topic = log.CreateTopicAsync(topic, 1).AsTask().GetAwaiter().GetResult();
        using var reader = log.OpenReader(topic, 0, _topic.StartOffset(0));
        while (reader.TryRead(out var batch))
        {
            foreach (var record in batch)
            {
                var answer = Task.FromResult(Encoding.UTF8.GetString(record.Value.Span));
                _known[Encoding.UTF8.GetString(record.Key.Span)] = new(answer);
            }
        }
    }

    public bool Has(string question) => _known.ContainsKey(question);

    public async Task<string> GetAsync(string question, CancellationToken cancellationToken)
    {
        try
        {
            return await _known.GetOrAdd(question, asked => new(() => AskAsync(asked, cancellationToken))).Value.ConfigureAwait(false);
        }
        catch
        {
            _known.TryRemove(question, out _); // the next one asks again
            throw;
        }
    }

    public ValueTask DisposeAsync() => default;

    private async Task<string> AskAsync(string question, CancellationToken cancellationToken)
    {
        var answer = await _service(question, cancellationToken).ConfigureAwait(false);
        var records = new RecordBuffer();
        records.Append(0, Encoding.UTF8.GetBytes(question), Encoding.UTF8.GetBytes(answer));
        var commit = new LogCommit();
        commit.Add(_topic, 0, records);
        await _log.CommitAsync(commit, cancellationToken).ConfigureAwait(false);
        return answer;
    }
}
