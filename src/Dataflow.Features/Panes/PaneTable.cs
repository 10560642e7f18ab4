using System.Runtime.InteropServices;

namespace Dataflow.Features.Panes;

/// <summary>The panes of one entity, in one array: those of the finest level first, within a level in the order of time.</summary>
/// <remarks><code>
/// offset     bytes  field
///      0        16  how many panes each level has, 2 bytes for each of up to 8
///     16            panes
/// of each pane
///      0         8  start          ms since the Unix epoch
///      8            accumulators   as they lie in memory
/// </code>Accumulators that hold references are objects beside it, as many for each pane.</remarks>
internal struct PaneTable
{
    public const int HeaderBytes = PaneLevels.Most * sizeof(ushort);

    private const int LeastPanes = 4;

    public byte[]? Bytes;
    public PaneObject?[]? Objects;

    public readonly int CountOf(int level) => Bytes is null ? 0 : Counts(Bytes)[level];

    /// <summary>The number of a level's first pane.</summary>
    public readonly int FirstOf(int level)
    {
        if (Bytes is null) return 0;
        var first = 0;
        foreach (var count in Counts(Bytes)[..level]) first += count;
        return first;
    }

    public readonly long StartOf(PaneShape shape, int pane) => MemoryMarshal.Read<long>(Bytes.AsSpan(shape.OffsetOf(pane)));

    /// <summary>The pane of a level that begins at a moment, made where it is missing.</summary>
    public int FindOrAdd(PaneShape shape, int level, long start, out bool isNew)
    {
        var first = FirstOf(level);
        var pane = first + CountOf(level) - 1;
        while (pane >= first && StartOf(shape, pane) > start) pane--; // most events belong to the newest
        isNew = pane < first || StartOf(shape, pane) != start;
        if (isNew) Insert(shape, level, ++pane, start);
        return pane;
    }

    /// <summary>The number of the first pane of a level that begins at a moment or later; that behind the last if there is none.</summary>
    public readonly int FirstFrom(PaneShape shape, int level, long start)
    {
        var low = FirstOf(level);
        var high = low + CountOf(level);
        while (low < high)
        {
            var middle = (low + high) >> 1;
            if (StartOf(shape, middle) < start) low = middle + 1;
            else high = middle;
        }

        return low;
    }

    /// <summary>Removes panes that follow each other.</summary>
    public readonly void Remove(PaneShape shape, int level, int first, int count)
    {
        if (count == 0) return;
        var total = FirstOf(PaneLevels.Most);
        Bytes.AsSpan(shape.OffsetOf(first + count)..shape.OffsetOf(total)).CopyTo(Bytes.AsSpan(shape.OffsetOf(first)));
        if (Objects is not null)
        {
            var objects = Objects.AsSpan(0, total * shape.Objects);
            objects[((first + count) * shape.Objects)..].CopyTo(objects[(first * shape.Objects)..]);
            objects[((total - count) * shape.Objects)..].Clear();
        }

        Counts(Bytes!)[level] -= (ushort)count;
    }

    private void Insert(PaneShape shape, int level, int pane, long start)
    {
        var total = FirstOf(PaneLevels.Most);
        MakeRoom(shape, total + 1);
        Bytes.AsSpan(shape.OffsetOf(pane)..shape.OffsetOf(total)).CopyTo(Bytes.AsSpan(shape.OffsetOf(pane + 1)));
        Bytes.AsSpan(shape.OffsetOf(pane), shape.Bytes).Clear();
        MemoryMarshal.Write(Bytes.AsSpan(shape.OffsetOf(pane)), start);
        if (Objects is not null)
        {
            Objects.AsSpan((pane * shape.Objects)..(total * shape.Objects)).CopyTo(Objects.AsSpan((pane + 1) * shape.Objects));
            Objects.AsSpan(pane * shape.Objects, shape.Objects).Clear();
        }

        Counts(Bytes!)[level]++;
    }

    private void MakeRoom(PaneShape shape, int panes)
    {
        if (Bytes is not null && Bytes.Length >= shape.OffsetOf(panes)) return;
        var room = Math.Max(LeastPanes, panes + (panes >> 1));
        Array.Resize(ref Bytes, shape.OffsetOf(room));
        if (shape.Objects > 0) Array.Resize(ref Objects, room * shape.Objects);
    }

    private static Span<ushort> Counts(byte[] bytes) => MemoryMarshal.Cast<byte, ushort>(bytes.AsSpan(0, HeaderBytes));
}

/// <summary>How much of everything a pane has.</summary>
/// <param name="Bytes">The length of a pane.</param>
/// <param name="Objects">How many accumulators of it are objects.</param>
internal record PaneShape(int Bytes, int Objects)
{
    public int OffsetOf(int pane) => PaneTable.HeaderBytes + (pane * Bytes);
}
