using Confluent.Kafka;

namespace Dataflow.Kafka;

/// <summary>A connection for questions to a cluster. Any thread may ask.</summary>
internal sealed class AdminConnection : IDisposable
{
    private readonly ClientErrors _errors = new();
    private readonly IAdminClient _client;
    private int _users = 1; // the owner and the questions under way

    public AdminConnection(KafkaCluster kafka)
        => _client = new AdminClientBuilder(kafka.ToClient([], [])).SetLogHandler(static (_, _) => { })
            .SetErrorHandler((_, error) => _errors.Add(error)).Build();

    /// <summary>Whether the cluster was out of reach, or has refused the client: a new connection may do better.</summary>
    public bool IsHopeless => _errors.Hopeless.IsCompleted;

    /// <summary>Whether it has had an answer.</summary>
    public bool HasAnswered { get; private set; }

    /// <summary>Asks, and waits no longer than an answer may come.</summary>
    /// <param name="ask">Asks; each call it makes must have a limit of time.</param>
    /// <exception cref="KafkaException">There was no answer, or an error.</exception>
    public async Task<T> AskAsync<T>(Func<IAdminClient, Task<T>> ask)
    {
        Interlocked.Increment(ref _users);
        var answer = Task.Run(() => ask(_client));
        _ = answer.ContinueWith(_ => Release(), TaskScheduler.Default);
        await Task.WhenAny(answer, _errors.Hopeless).ConfigureAwait(false);
        try
        {
            if (answer.IsCompleted)
            {
                var answered = await answer.ConfigureAwait(false);
                HasAnswered = true;
                return answered;
            }
        }
        catch (KafkaException) when (IsHopeless)
        {
            // The reason is better than what came of it.
        }

        throw new KafkaException(await _errors.Hopeless.ConfigureAwait(false));
    }

    /// <summary>Closes the connection, once the questions under way have ended.</summary>
    public void Dispose() => Release();

    private void Release()
    {
        if (Interlocked.Decrement(ref _users) == 0) _client.Dispose();
    }
}
