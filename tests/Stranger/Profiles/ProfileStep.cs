using Dataflow;

namespace Stranger.Profiles;

/// <summary>What is known of a key: how many values it had, and their mean.</summary>
public readonly record struct Profile(long Count, double Mean);

/// <summary>The profiles of a running job, to be read from outside. From any thread; for one step of one job at a time.</summary>
internal sealed class Profiles<TKey>
    where TKey : notnull
{
    private (OperatorContext Step, KeyedState<TKey, Profile> State)[]? _workers;

    /// <summary>The profile of a key now; no values where it is not known.</summary>
    /// <exception cref="InvalidOperationException">No job runs.</exception>
    public Task<Profile> GetAsync(TKey key, CancellationToken cancellationToken = default)
    {
        var workers = Volatile.Read(ref _workers) ?? throw new InvalidOperationException("No job runs.");
        var (step, state) = workers[workers[0].Step.WorkerOf(key)];
        return step.ReadAsync(() => state.TryGet(key, out var profile) ? profile : default, cancellationToken);
    }

    /// <summary>The steps of one run of a job.</summary>
    internal sealed class Run : IAsyncDisposable
    {
        private readonly Profiles<TKey> _profiles;

        public Run(Profiles<TKey> profiles, int workers)
        {
            _profiles = profiles;
            Volatile.Write(ref profiles._workers, Workers = new (OperatorContext, KeyedState<TKey, Profile>)[workers]);
        }

        public (OperatorContext Step, KeyedState<TKey, Profile> State)[] Workers { get; }

        public ValueTask DisposeAsync()
        {
            Interlocked.CompareExchange(ref _profiles._workers, null, Workers);
            return default;
        }
    }
}

internal static class ProfileStep
{
    extension<TKey, T>(KeyedStream<TKey, T> stream)
        where TKey : notnull
    {
        /// <summary>Keeps a profile of each key, and gives it whenever it changes.</summary>
        public KeyedStream<TKey, Profile> Profile(Profiles<TKey> profiles, Func<T, double> value, string name = "profile")
            => stream.Add(input => new ProfileNode<TKey, T>(name, input, profiles, value));
    }
}

internal sealed record ProfileNode<TKey, T>(string Name, Node<Keyed<TKey, T>> Input, Profiles<TKey> Profiles, Func<T, double> Value)
    : Node<Keyed<TKey, T>, Keyed<TKey, Profile>>(Name, Input)
    where TKey : notnull
{
    public override bool IsEnd => true;

    public override Operator<Keyed<TKey, T>, Keyed<TKey, Profile>> CreateOperator() => new ProfileOperator<TKey, T>(Profiles, Value);
}

internal sealed class ProfileOperator<TKey, T>(Profiles<TKey> profiles, Func<T, double> value)
    : Operator<Keyed<TKey, T>, Keyed<TKey, Profile>>
    where TKey : notnull
{
    private KeyedState<TKey, Profile> _state = null!;

    public override bool IsOneToOne => true;

    public override void Process(in Record<Keyed<TKey, T>> record)
    {
        double number;
        try
        {
            number = value(record.Value.Value);
        }
        catch (Exception error)
        {
            Reject(error, in record);
            return;
        }

        ref var profile = ref _state.Update(record.Value.Key, out _);
        profile = new(profile.Count + 1, profile.Mean + ((number - profile.Mean) / (profile.Count + 1)));
        Emit(record.With(new Keyed<TKey, Profile>(record.Value.Key, profile)));
    }

    protected override void Declare(StepDeclaration declare) => _state = declare.State<TKey, Profile>("profiles");

    protected override void Open()
    {
        var run = Context.Shared(() => new Profiles<TKey>.Run(profiles, Context.Workers));
        run.Workers[Context.Worker] = (Context, _state);
    }
}
