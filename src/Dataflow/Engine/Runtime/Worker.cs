using Dataflow.Serialization;

namespace Dataflow.Runtime;

/// <summary>Runs its tasks, one after the other, on one thread.</summary>
internal sealed class Worker(int index, Serdes serdes) : IDisposable
{
    private static readonly TimeSpan LongestPark = TimeSpan.FromMilliseconds(20);

    private readonly ManualResetEventSlim _wake = new(false, spinCount: 20);
    private readonly Questions _questions = new();
    private readonly Lock _turn = new(); // who holds it may look at what the tasks hold, or change it
    private readonly Dictionary<Type, object> _shared = []; // only touched while nothing runs
    private SplitProgress[]? _splits;
    private int _isParked;

    public int Index { get; } = index;

    /// <summary>From the last stage to the first: what lies furthest downstream is emptied first.</summary>
    public IReadOnlyList<StreamTask> Tasks { get; set; } = [];

    /// <summary>Whether the last look at each split that is quiet, in the turn at hand, found nothing.</summary>
    public bool HasLookedAtQuietSplits => Array.TrueForAll(
        _splits ??= [.. Tasks.SelectMany(static task => task.Splits)], static split => !split.IsIdle || split.IsCaughtUp || split.IsFinished);

    /// <summary>What the worker's steps share, one of each type; asked for while they are opened.</summary>
    public T Shared<T>(Func<T> create)
        where T : class
    {
        if (!_shared.TryGetValue(typeof(T), out var shared)) _shared.Add(typeof(T), shared = create());
        return (T)shared;
    }

    /// <summary>Does what can be done now; false if that was nothing.</summary>
    public bool Step()
    {
        lock (_turn)
        {
            using var scope = serdes.Enter();
            var any = _questions.AnswerAll();
            foreach (var task in Tasks) any |= task.Step();
            return any;
        }
    }

    /// <summary>Runs until told to stop, parked while there is nothing to do.</summary>
    public void Run(CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            if (Step()) continue;
            Interlocked.Exchange(ref _isParked, 1);
            // Looked at once more after the mark: whoever brings work from here on sees it and wakes the worker.
            if (!Step()) _wake.Wait(LongestPark, CancellationToken.None);
            Interlocked.Exchange(ref _isParked, 0);
            _wake.Reset();
        }
    }

    /// <summary>Says that there may be something to do. From any thread.</summary>
    public void Wake()
    {
        if (Volatile.Read(ref _isParked) == 1) _wake.Set();
    }

    /// <summary>Has something looked up between two batches. From any thread: on that, at once, where the worker has nothing to do;
    /// else the worker does it after the batch at hand.</summary>
    public Task<T> AskAsync<T>(Func<IReadOnlyList<StreamTask>, T> answer, CancellationToken cancellationToken)
    {
        if (_turn.TryEnter())
        {
            try
            {
                using var scope = serdes.Enter();
                if (!_questions.IsClosed) return Task.FromResult(answer(Tasks));
            }
            catch (Exception error)
            {
                return Task.FromException<T>(error);
            }
            finally
            {
                _turn.Exit();
            }
        }

        var asked = _questions.AskAsync(() => answer(Tasks), cancellationToken);
        Wake();
        return asked;
    }

    public void Dispose()
    {
        _questions.Close();
        _wake.Dispose();
    }
}
