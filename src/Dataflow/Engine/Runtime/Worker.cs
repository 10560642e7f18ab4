using Dataflow.Serialization;
using Dataflow.Time;

namespace Dataflow.Runtime;

/// <summary>Runs its tasks, one after the other, on one thread.</summary>
internal sealed class Worker(int index, Serdes serdes) : IDisposable
{
    private static readonly TimeSpan LongestPark = TimeSpan.FromMilliseconds(20);

    private readonly ManualResetEventSlim _wake = new(false, spinCount: 20);
    private readonly Questions _questions = new();
    private readonly Lock _turn = new(); // its holder may read and change the tasks' data
    private readonly Dictionary<Type, object> _shared = []; // only touched while nothing runs
    private SplitProgress[]? _splits;
    private int _isParked;

    public int Index { get; } = index;

    /// <summary>The tasks from the last stage to the first: the furthest downstream is emptied first.</summary>
    public IReadOnlyList<StreamTask> Tasks { get; set; } = [];

    /// <summary>Whether the last look at each idle split, in the current turn, found nothing.</summary>
    public bool HasLookedAtQuietSplits => Array.TrueForAll(
        _splits ??= [.. Tasks.SelectMany(static task => task.Splits)],
        static split => !split.IsIdle || split.IsCaughtUp || split.IsFinished);

    /// <summary>Returns the object of its type that the worker's steps share; called while they are opened.</summary>
    public T Shared<T>(Func<T> create)
        where T : class
    {
        if (!_shared.TryGetValue(typeof(T), out var shared)) _shared.Add(typeof(T), shared = create());
        return (T)shared;
    }

    /// <summary>Does the work that is available; false if there was none.</summary>
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
            // Looked at once more after the mark: any thread that brings work from here on sees it and wakes the worker.
            if (!Step()) _wake.Wait(LongestPark, CancellationToken.None);
            Interlocked.Exchange(ref _isParked, 0);
            _wake.Reset();
        }
    }

    /// <summary>Tells the worker that there may be work. Safe for any thread.</summary>
    public void Wake()
    {
        if (Volatile.Read(ref _isParked) == 1) _wake.Set();
    }

    /// <summary>Answers a request between two batches. Any thread may call it: the answer is made on that thread, at once, if the worker is
    /// idle; else on the worker's, after the current batch.</summary>
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
