namespace Dataflow;

/// <summary>Something of a running job that people look up by a name: a row of a table, the features of an entity, the nearest rows of an
/// index. Offered by <see cref="Pipeline.Offer"/>, it is found on the dashboard.</summary>
public abstract class Lookup
{
    /// <summary>For the packages whose readers are looked up.</summary>
    /// <param name="name">The name, unique in its pipeline.</param>
    protected Lookup(string name)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        Name = name;
    }

    /// <summary>The name.</summary>
    public string Name { get; }

    /// <summary>The form of a question, for people: <c>key (String)</c>.</summary>
    public abstract string Asks { get; }

    /// <summary>Whether answers depend on the time of the question.</summary>
    public virtual bool TakesTime => false;

    /// <summary>The definitions of what is answered; empty where an answer has no fixed parts.</summary>
    public virtual IReadOnlyList<LookupField> Fields => [];

    /// <summary>Answers a question.</summary>
    /// <param name="job">A job of the pipeline.</param>
    /// <param name="question">A text as it is, and other types as JSON.</param>
    /// <param name="at">The time as of which it is answered, where <see cref="TakesTime"/>; now unless given.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="ArgumentException">The question cannot be understood; the message says what is asked.</exception>
    /// <exception cref="OperationCanceledException">The job has ended.</exception>
    public abstract Task<LookupAnswer> AskAsync(
        Job job, string question, DateTimeOffset? at = null, CancellationToken cancellationToken = default);

    /// <summary>Reads a sample, to see how values are spread; null where there is nothing to sample.</summary>
    /// <param name="job">A job of the pipeline.</param>
    /// <exception cref="OperationCanceledException">The job has ended.</exception>
    public virtual LookupSample? Sample(Job job) => null;

    /// <summary>Looks up rows of a table by their keys.</summary>
    /// <param name="name">The name, unique in its pipeline.</param>
    /// <param name="table">A table of the pipeline.</param>
    public static Lookup Of<TKey, TRow>(string name, Table<TKey, TRow> table)
        where TKey : notnull
    {
        ArgumentNullException.ThrowIfNull(table);
        return new TableLookup<TKey, TRow>(name, table);
    }
}
