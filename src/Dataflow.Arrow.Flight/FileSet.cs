using System.Text.Json;
using Apache.Arrow;
using Apache.Arrow.Ipc;
using Dataflow.Log;
using RecordBatch = Apache.Arrow.RecordBatch;

namespace Dataflow.Arrow.Flight;

/// <summary>The Arrow files of a training set. Positions count the rows of a shard.</summary>
internal sealed class FileSet : ServedSet
{
    private readonly string _directory;
    private readonly FileColumns _columns;

    private FileSet(string directory, string name, string topic, FileColumns columns)
        : base(name, topic) => (_directory, _columns) = (directory, columns);

    internal override Schema Schema => _columns.Schema;

    public static FileSet Open(string directory, string? name)
    {
        var path = Path.Combine(directory, TrainingManifest.FileName);
        try
        {
            var files = TrainingManifest.Read(File.ReadAllBytes(path)).Files;
            if (files.Count == 0 || files.Any(file => file.Topic != files[0].Topic)
                || !files.All(static file => file.File.EndsWith(".arrow", StringComparison.Ordinal)))
                throw new InvalidDataException("it has no files, files of several topics, or files that are not Arrow");
            var columns = new FileColumns(SchemaOf(directory, files[0]));
            foreach (var file in files.Skip(1)) columns.PlacesIn(SchemaOf(directory, file), Path.Combine(directory, file.File));
            return new FileSet(directory, name ?? Path.GetFileName(directory), files[0].Topic, columns);
        }
        catch (Exception error) when (error is IOException or JsonException or InvalidDataException)
        {
            throw ConnectorException.NotReadable(path, "a training set", error);
        }
    }

    internal override (long From, long To) RangeOf(PartitionedLog log, int shard) => (0, FilesOf(shard).Sum(static file => file.Rows));

    internal override Schema SchemaOf(ShardTicket ticket)
        => new(Schema.FieldsList, [new("dataflow.topic", Topic), new("dataflow.partition", $"{ticket.Shard}")]);

    internal override IEnumerable<(RecordBatch Batch, long Next)> Read(PartitionedLog log, ShardTicket ticket)
    {
        var (columns, schema) = (NewColumns(), SchemaOf(ticket));
        var (rows, next) = (0, ticket.At);
        foreach (var (part, row, after) in ticket.Seed is { } seed ? Shuffled(ticket, seed) : Rows(ticket.Shard, ticket.At, ticket.To))
        {
            Add(columns, part, row);
            (rows, next) = (rows + 1, after);
            if (rows < MaxRows && columns.Sum(static column => column.VariableBytes) < MaxBytes) continue;
            yield return (Take(columns, schema, rows), next);
            Clear(columns);
            rows = 0;
        }

        if (rows > 0) yield return (Take(columns, schema, rows), next);
    }

    private static Schema SchemaOf(string directory, TrainingFile file)
    {
        using var reader = new ArrowFileReader(File.OpenRead(Path.Combine(directory, file.File)));
        return reader.Schema;
    }

    private static void Add(JoinedColumn[] columns, RecordBatch part, int row)
    {
        for (var i = 0; i < columns.Length; i++) columns[i].Add(part.Column(i).Data, row, 1);
    }

    private static RecordBatch Take(JoinedColumn[] columns, Schema schema, int rows)
        => new(schema, columns.Select(static column => column.ToArray()), rows);

    private static void Clear(JoinedColumn[] columns)
    {
        foreach (var column in columns) column.Clear();
    }

    private JoinedColumn[] NewColumns() => [.. Schema.FieldsList.Select(static field => new JoinedColumn(field.DataType))];

    private IEnumerable<TrainingFile> FilesOf(int shard)
        => TrainingManifest.Read(File.ReadAllBytes(Path.Combine(_directory, TrainingManifest.FileName))).Files
            .Where(file => file.Partition == shard).OrderBy(static file => file.Sequence);

    /// <summary>Reads the rows of a shard in their order, each with the position behind it.</summary>
    private IEnumerable<(RecordBatch Part, int Row, long Next)> Rows(int shard, long from, long to)
    {
        var start = 0L; // of the file or batch
        foreach (var file in FilesOf(shard))
        {
            if (start >= to) yield break;
            if (start + file.Rows <= from)
            {
                start += file.Rows;
                continue;
            }

            var path = Path.Combine(_directory, file.File);
            using var reader = new ArrowFileReader(File.OpenRead(path));
            var places = _columns.PlacesIn(reader.Schema, path);
            for (; reader.ReadNextRecordBatch() is { } batch; start += batch.Length)
            {
                using (batch)
                {
                    var part = new RecordBatch(Schema, places.Select(batch.Column), batch.Length);
                    for (var row = (int)Math.Max(0, from - start); row < part.Length && start + row < to; row++)
                        yield return (part, row, start + row + 1);
                }
            }
        }
    }

    /// <summary>Reads the rows in windows of positions, each in an order decided by the seed, the epoch, the shard and the
    /// window.</summary>
    private IEnumerable<(RecordBatch Part, int Row, long Next)> Shuffled(ShardTicket ticket, long seed)
    {
        var columns = NewColumns();
        var order = new List<(ulong Place, int Row)>(ticket.Window);
        var start = ticket.At / ticket.Window * ticket.Window;
        foreach (var (part, row, next) in Rows(ticket.Shard, start, ticket.To))
        {
            Add(columns, part, row);
            order.Add((Shuffle.Place(seed, ticket.Epoch, ticket.Shard, next - 1), order.Count));
            if (next % ticket.Window != 0 && next != ticket.To) continue;
            order.Sort();
            using (var window = Take(columns, Schema, order.Count))
            {
                for (var i = (int)Math.Max(0, ticket.At - start); i < order.Count; i++) yield return (window, order[i].Row, start + i + 1);
            }

            Clear(columns);
            order.Clear();
            start = next;
        }
    }
}
