using Confluent.Kafka;

namespace Dataflow.Kafka;

/// <summary>The errors that a client reports beside its calls: of connections and log-ins.</summary>
internal sealed class ClientErrors
{
    private static readonly TimeSpan WaitForBrokers = TimeSpan.FromSeconds(5);

    private readonly TaskCompletionSource<Error> _hopeless = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _lost;

    /// <summary>Completes when waiting for an answer is of no use.</summary>
    public Task<Error> Hopeless => _hopeless.Task;

    /// <summary>Whether no broker could be reached since the last question.</summary>
    public bool TakeLost() => Interlocked.Exchange(ref _lost, 0) == 1;

    public void Add(Error error)
    {
        if (KafkaErrors.IsRefusal(error)) _hopeless.TrySetResult(error);
        if (error.Code != ErrorCode.Local_AllBrokersDown) return;
        Volatile.Write(ref _lost, 1);
        // A name may stand for several addresses, which are tried one after the other.
        _ = Task.Delay(WaitForBrokers).ContinueWith(_ => _hopeless.TrySetResult(error), TaskScheduler.Default);
    }
}
