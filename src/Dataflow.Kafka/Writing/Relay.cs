using Dataflow.Log;

namespace Dataflow.Kafka;

/// <summary>Brings records from an outbox to Kafka, on a thread of its own, and deletes them from the outbox once they are there.</summary>
internal sealed class Relay : IDisposable
{
    private const long MaxWaitingBytes = 256 << 20;
    private static readonly TimeSpan LongestFarewell = TimeSpan.FromSeconds(5);

    private readonly PartitionedLog _log;
    private readonly LogTopic _outbox;
    private readonly TransactionalWriter _writer;
    private readonly PartitionReader _reader;
    private readonly CancellationTokenSource _stop = new();
    private readonly ManualResetEventSlim _progress = new();
    private readonly Thread _thread;
    private readonly long _before; // the end of what earlier runs have left
    private long _position;
    private long _waitingBytes; // of this run
    private volatile Exception? _error;

    public Relay(PartitionedLog log, LogTopic outbox, long position, TransactionalWriter writer)
    {
        (_log, _outbox, _writer, _position) = (log, outbox, writer, position);
        _before = outbox.EndOffset(0);
        _reader = log.OpenReader(outbox.Name, 0, position);
        _thread = new Thread(Run) { IsBackground = true, Name = $"kafka relay of {outbox.Name}" };
        _thread.Start();
    }

    /// <summary>Waits until the outbox may take some bytes more; what runs before have left goes first.</summary>
    /// <exception cref="ConnectorException">The relay has stopped.</exception>
    public void WaitForRoom(int bytes, CancellationToken cancellationToken)
    {
        WaitUntil(
            () => Volatile.Read(ref _position) >= _before && Volatile.Read(ref _waitingBytes) is var waiting
                && (waiting == 0 || waiting + bytes <= MaxWaitingBytes),
            Timeout.InfiniteTimeSpan,
            cancellationToken);
        if (_error is { } error) throw error;
        Interlocked.Add(ref _waitingBytes, bytes);
    }

    /// <summary>Waits until all committed results are in Kafka.</summary>
    /// <exception cref="ConnectorException">The relay has stopped.</exception>
    public void WaitForEnd(CancellationToken cancellationToken)
    {
        WaitUntil(HasAll, Timeout.InfiniteTimeSpan, cancellationToken);
        if (_error is { } error) throw error;
    }

    /// <summary>Stops. What waits in the outbox still gets through, if that is soon; else it stays for the next run.</summary>
    public void Dispose()
    {
        WaitUntil(HasAll, LongestFarewell, CancellationToken.None);
        _stop.Cancel();
        _thread.Join();
        _reader.Dispose();
        _writer.Dispose();
        _stop.Dispose();
        _progress.Dispose();
    }

    private bool HasAll() => Volatile.Read(ref _position) >= _outbox.EndOffset(0);

    private void Run()
    {
        try
        {
            while (_reader.WaitToReadAsync(_stop.Token).AsTask().GetAwaiter().GetResult()) RelaySome();
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            // What is left stays in the outbox.
        }
        catch (Exception error)
        {
            _error = error;
        }

        _progress.Set();
    }

    private void RelaySome()
    {
        var isOfThisRun = _position >= _before;
        var bytes = _writer.Write(_reader, _stop.Token);
        _log.TrimAsync(_outbox.Name, 0, _reader.Position).AsTask().GetAwaiter().GetResult();
        if (isOfThisRun) Interlocked.Add(ref _waitingBytes, -bytes);
        Volatile.Write(ref _position, _reader.Position);
        _progress.Set();
    }

    /// <summary>Waits until something is so, the relay has stopped, or it made no progress for some time.</summary>
    private void WaitUntil(Func<bool> isSo, TimeSpan limit, CancellationToken cancellationToken)
    {
        while (true)
        {
            _progress.Reset();
            if (isSo() || _error is not null || !_progress.Wait(limit, cancellationToken)) return;
        }
    }
}
