namespace Dataflow;

/// <summary>Reads a table of a running job from outside the pipeline. Any thread may call it.</summary>
/// <remarks>A key is looked up between two batches of records of its worker, so a row is never seen in the middle of a batch: at once, on
/// the reader's thread, if the worker is idle, else by the worker after the current batch. A read sees current results; those since the
/// last checkpoint are computed again after a crash, perhaps with other values where results depend on the order of arrival. Nothing is
/// copied for readers, and a job without readers pays nothing.</remarks>
public sealed class TableReader<TKey, TRow>
    where TKey : notnull
{
    private readonly Job _job;
    private readonly Node _step;

    internal TableReader(Job job, Node step) => (_job, _step) = (job, step);

    /// <summary>Returns the row of a key, with the checkpoint that it includes.</summary>
    /// <exception cref="KeyElsewhereException">Another process that shares the pipeline has the key.</exception>
    /// <exception cref="OperationCanceledException">The job has ended, or <paramref name="cancellationToken"/> was cancelled.</exception>
    public Task<TableRow<TRow>> GetAsync(TKey key, CancellationToken cancellationToken = default)
        => _job.ReadAsync(
            _step, key, (Operator step, OperatorContext context) => new TableRow<TRow>(RowsOf(step).TryGet(key, out var row), row,
                context.Checkpoint),
            cancellationToken);

    /// <summary>Returns all rows of the table, worker by worker: each worker's are of one moment, those of two workers may differ by some
    /// batches.</summary>
    /// <remarks>Copies the rows; each worker pauses while it copies its own.</remarks>
    /// <exception cref="OperationCanceledException">The job has ended, or <paramref name="cancellationToken"/> was cancelled.</exception>
    public async Task<IReadOnlyList<KeyValuePair<TKey, TRow>>> GetAllAsync(CancellationToken cancellationToken = default)
    {
        var ofWorkers = await _job.ReadAllAsync(
            _step, static (Operator step, OperatorContext _) => ToList(RowsOf(step)), cancellationToken).ConfigureAwait(false);
        return [.. ofWorkers.SelectMany(static rows => rows)];
    }

    internal static InvalidOperationException KeepsNoRows()
        => new("The table cannot be read: the step before it keeps no rows (ITableRows).");

    private static ITableRows<TKey, TRow> RowsOf(Operator step) => step as ITableRows<TKey, TRow> ?? throw KeepsNoRows();

    private static List<KeyValuePair<TKey, TRow>> ToList(ITableRows<TKey, TRow> rows)
    {
        var list = new List<KeyValuePair<TKey, TRow>>();
        rows.ForEach((key, row) => list.Add(new(key, row)));
        return list;
    }
}

/// <summary>A row of a table as a read found it.</summary>
/// <param name="Exists">Whether the key has a row.</param>
/// <param name="Row">The row; the type's default value if there is none.</param>
/// <param name="Checkpoint">The number of a checkpoint: the row includes everything that the job had read by then, and perhaps later
/// records.</param>
public readonly record struct TableRow<TRow>(bool Exists, TRow Row, long Checkpoint);

static partial class Verbs
{
    extension(Job job)
    {
        /// <summary>Opens a table of the job's pipeline for reading.</summary>
        /// <param name="table">A table of the pipeline that the job runs.</param>
        /// <example><code>
        /// var reader = job.Read(pieces);
        /// var ada = await reader.GetAsync("ada");
        /// </code></example>
        public TableReader<TKey, TRow> Read<TKey, TRow>(Table<TKey, TRow> table)
            where TKey : notnull
        {
            ArgumentNullException.ThrowIfNull(job);
            ArgumentNullException.ThrowIfNull(table);
            return new TableReader<TKey, TRow>(job, table.Step);
        }
    }
}
