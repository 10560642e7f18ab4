using System.Buffers.Binary;
using Dataflow.Extensibility;

namespace Dataflow.Perf.Nexmark;

internal static class RowSinks
{
    extension<T>(Stream<T> stream)
    {
        /// <summary>Counts the values and sums up the checksums of their rows.</summary>
        /// <param name="results">Where the sums are found in the end.</param>
        /// <param name="columns">Writes the columns of a row.</param>
        public void To(Results results, Action<T, RowSum> columns)
            => stream.ToRows(results, (value, sum) =>
            {
                columns(value, sum);
                sum.End();
            });

        private void ToRows(Results results, Action<T, RowSum> write)
        {
            if (results.Topic is { } topic) stream.SelectMany(value => RowChange.Of(value, write)).To(topic);
            else stream.To(new RowSink<T>(results, write));
        }
    }

    extension<TKey, T>(KeyedStream<TKey, T> stream)
        where TKey : notnull
    {
        /// <summary>As the form for plain streams.</summary>
        public void To(Results results, Action<T, RowSum> columns) => stream.Values().To(results, columns);
    }

    extension<TKey, TRow>(Table<TKey, IReadOnlyList<TRow>> table)
        where TKey : notnull
    {
        /// <summary>As the form for tables, a row for each value of a list, with its number from 1.</summary>
        public void To(Results results, Action<TRow, int, RowSum> columns)
            => table.Changes().Values().ToRows(results, (change, sum) =>
            {
                var old = change.Old ?? [];
                var now = change.New ?? [];
                for (var i = 0; i < Math.Max(old.Count, now.Count); i++)
                {
                    if (i < old.Count && i < now.Count && ReferenceEquals(old[i], now[i])) continue;
                    if (i < old.Count) Write(old[i], i + 1, -1);
                    if (i < now.Count) Write(now[i], i + 1, 1);
                }

                void Write(TRow row, int number, int weight)
                {
                    columns(row, number, sum);
                    sum.End(weight);
                }
            });
    }

    extension<TKey, TRow>(Table<TKey, TRow> table)
        where TKey : notnull
    {
        /// <summary>Counts and sums up the rows that are in force in the end: each change takes the old row back.</summary>
        public void To(Results results, Action<TRow, RowSum> columns)
            => table.Changes().Values().ToRows(results, (change, sum) =>
            {
                if (change.HasOld)
                {
                    columns(change.Old, sum);
                    sum.End(-1);
                }

                if (change.HasNew)
                {
                    columns(change.New, sum);
                    sum.End();
                }
            });
    }
}

/// <summary>Keeps no rows, only their sums; these are in every checkpoint, by worker.</summary>
/// <param name="results">Where the sums are found in the end.</param>
/// <param name="write">Writes the rows of a value.</param>
internal sealed class RowSink<T>(Results results, Action<T, RowSum> write) : Sink<T>
{
    public override string Name => "rows";

    public override string Guarantee => "counted exactly once, by the same number of workers";

    public override bool IsParallel => true;

    public override SinkWriter<T> Open(ReadOnlyMemory<byte> state, SinkContext context)
    {
        var (rows, checksum) = state.IsEmpty
            ? (0, 0)
            : (BinaryPrimitives.ReadInt64BigEndian(state.Span), BinaryPrimitives.ReadUInt64BigEndian(state.Span[8..]));
        results.Set(context.Worker, rows, checksum);
        return new Writer(results, context.Worker, write, new RowSum(rows, checksum));
    }

    private sealed class Writer(Results results, int worker, Action<T, RowSum> write, RowSum sum) : SinkWriter<T>
    {
        private long _rows;
        private ulong _checksum;

        public override void Write(in Record<T> record)
        {
            write(record.Value, sum);
            results.Latencies?.Add(record.Origin, record.Timestamp);
        }

        public override ReadOnlyMemory<byte> Prepare(CheckpointOutput output)
        {
            _rows = sum.Count;
            _checksum = sum.Checksum;
            var state = new byte[16];
            BinaryPrimitives.WriteInt64BigEndian(state, _rows);
            BinaryPrimitives.WriteUInt64BigEndian(state.AsSpan(8), _checksum);
            return state;
        }

        public override void Commit() => results.Set(worker, _rows, _checksum);
    }
}
