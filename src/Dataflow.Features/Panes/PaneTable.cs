using System.Runtime.InteropServices;

namespace Dataflow.Features.Panes;

/// <summary>The panes of one entity, in one array. The newest of each level stand together in front: most events go there.</summary>
/// <remarks><code>
/// offset     bytes  field
///                   <see cref="WrittenPanes"/>, which are in no checkpoint; offsets count from their end
///      0        16  how many panes each level has, 2 bytes for each of up to 8
///     16         8  how many bytes are in use, from 0 on
///     24            the newest pane of each level, finest first
///                   the older panes: those of the finest level first, within a level in the order of time
/// of each pane
///      0         8  start          ms since the Unix epoch
///      8            accumulators   as they lie in memory
/// </code>Accumulators that hold references are objects beside it, as many for each pane.</remarks>
internal struct PaneTable
{
    public const int HeaderBytes = UsedOffset + sizeof(long);

    private const int CountsOffset = WrittenPanes.Bytes;
    private const int UsedOffset = CountsOffset + (PaneLevels.Max * sizeof(ushort));

    public byte[]? Bytes;
    public PaneObject?[]? Objects;

    /// <summary>The part of the bytes that is in use.</summary>
    public readonly ReadOnlySpan<byte> Used => Bytes is null ? default : Bytes.AsSpan(CountsOffset, (int)UsedBytes(Bytes));

    public readonly int CountOf(int level) => Bytes is null ? 0 : Counts(Bytes)[level];

    /// <summary>The number of a level's panes that are older than its newest.</summary>
    public readonly int OlderOf(int level) => Math.Max(CountOf(level) - 1, 0);

    public readonly long StartOf(PaneShape shape, int pane) => MemoryMarshal.Read<long>(Bytes.AsSpan(shape.OffsetOf(pane)));

    /// <summary>Finds the panes of each level.</summary>
    public readonly void Find(PaneShape shape, Span<LevelPanes> levels)
    {
        if (Bytes is null)
        {
            levels.Clear();
            return;
        }

        var counts = Counts(Bytes);
        var first = shape.Levels;
        for (var level = 0; level < levels.Length; level++)
        {
            var end = first + Math.Max(counts[level] - 1, 0);
            levels[level] = new(counts[level] > 0, StartOf(shape, level), first, end);
            first = end;
        }
    }

    /// <summary>Returns those of some older panes that begin in a span of time.</summary>
    public readonly (int First, int End) OlderIn(PaneShape shape, int first, int end, long from, long to)
    {
        if (first == end) return default;
        // A look at the first and the last saves most searches: where there are few panes, a window has all of them or none.
        if (StartOf(shape, end - 1) >= to) end = FirstFrom(shape, first, end, to);
        return (StartOf(shape, first) >= from ? first : FirstFrom(shape, first, end, from), end);
    }

    /// <summary>Returns the number of the pane of a level that begins at a moment; adds it if it is missing.</summary>
    public int FindOrAdd(PaneShape shape, int level, long start, out bool isNew)
    {
        isNew = true;
        if (CountOf(level) == 0)
        {
            if (Bytes is null) MakeRoom(shape, shape.Levels);
            return Begin(shape, level, level, start);
        }

        var newest = StartOf(shape, level);
        if (start > newest)
        {
            Copy(shape, level, Insert(shape, level, FirstOlderOf(shape, level) + OlderOf(level)));
            return Begin(shape, level, level, start);
        }

        isNew = start < newest;
        return isNew ? FindOrAddOlder(shape, level, start, out isNew) : level;
    }

    /// <summary>Removes a pane that was just added.</summary>
    public void TakeBack(PaneShape shape, int level, int pane)
    {
        if (pane >= shape.Levels)
        {
            Remove(shape, level, pane, 1);
            return;
        }

        if (CountOf(level) == 1)
        {
            Counts(Bytes!)[level] = 0;
            return;
        }

        var last = FirstOlderOf(shape, level) + CountOf(level) - 2;
        Copy(shape, last, level);
        Remove(shape, level, last, 1);
    }

    /// <summary>Removes a level's panes that begin before a moment.</summary>
    public void RemoveBefore(PaneShape shape, int level, long start)
    {
        if (CountOf(level) == 0) return;
        var older = FirstOlderOf(shape, level);
        var (first, end) = OlderIn(shape, older, older + OlderOf(level), long.MinValue, start);
        if (end > first)
        {
            Remove(shape, level, first, end - first);
            new WrittenPanes(Bytes!).Remove(level, end - first);
        }

        if (StartOf(shape, level) < start) Counts(Bytes!)[level] = 0; // the older ones are gone
    }

    private int FindOrAddOlder(PaneShape shape, int level, long start, out bool isNew)
    {
        var first = FirstOlderOf(shape, level);
        var pane = first + CountOf(level) - 2;
        while (pane >= first && StartOf(shape, pane) > start) pane--; // most late events are not very late
        isNew = pane < first || StartOf(shape, pane) != start;
        if (isNew) pane = Begin(shape, level, Insert(shape, level, pane + 1), start);
        new WrittenPanes(Bytes!).Change(level, pane - first);
        return pane;
    }

    private readonly int FirstOlderOf(PaneShape shape, int level)
    {
        var first = shape.Levels;
        foreach (var count in Counts(Bytes!)[..level]) first += Math.Max(count - 1, 0);
        return first;
    }

    private readonly int FirstFrom(PaneShape shape, int low, int high, long start)
    {
        while (low < high)
        {
            var middle = (low + high) >> 1;
            if (StartOf(shape, middle) < start) low = middle + 1;
            else high = middle;
        }

        return low;
    }

    private readonly int Begin(PaneShape shape, int level, int pane, long start)
    {
        MemoryMarshal.Write(Bytes.AsSpan(shape.OffsetOf(pane)), start);
        Counts(Bytes!)[level]++;
        return pane;
    }

    /// <summary>Makes room for one more older pane, before another.</summary>
    private int Insert(PaneShape shape, int level, int pane)
    {
        var total = FirstOlderOf(shape, shape.Levels);
        MakeRoom(shape, total + 1);
        UsedBytes(Bytes!) += shape.Bytes;
        Bytes.AsSpan(shape.OffsetOf(pane)..shape.OffsetOf(total)).CopyTo(Bytes.AsSpan(shape.OffsetOf(pane + 1)));
        Objects?.AsSpan((pane * shape.Objects)..(total * shape.Objects)).CopyTo(Objects.AsSpan((pane + 1) * shape.Objects));
        return pane;
    }

    private readonly void Copy(PaneShape shape, int from, int to)
    {
        Bytes.AsSpan(shape.OffsetOf(from), shape.Bytes).CopyTo(Bytes.AsSpan(shape.OffsetOf(to)));
        Objects?.AsSpan(from * shape.Objects, shape.Objects).CopyTo(Objects.AsSpan(to * shape.Objects));
    }

    /// <summary>Removes older panes that follow each other.</summary>
    private readonly void Remove(PaneShape shape, int level, int first, int count)
    {
        var total = FirstOlderOf(shape, shape.Levels);
        Bytes.AsSpan(shape.OffsetOf(first + count)..shape.OffsetOf(total)).CopyTo(Bytes.AsSpan(shape.OffsetOf(first)));
        if (Objects is not null)
        {
            var objects = Objects.AsSpan(0, total * shape.Objects);
            objects[((first + count) * shape.Objects)..].CopyTo(objects[(first * shape.Objects)..]);
            objects[((total - count) * shape.Objects)..].Clear();
        }

        Counts(Bytes!)[level] -= (ushort)count;
        UsedBytes(Bytes!) -= count * shape.Bytes;
    }

    private void MakeRoom(PaneShape shape, int panes)
    {
        if (Bytes is not null && Bytes.Length >= shape.OffsetOf(panes)) return;
        var room = panes + (panes >> 1);
        var isNew = Bytes is null;
        Array.Resize(ref Bytes, shape.OffsetOf(room));
        if (isNew) UsedBytes(Bytes) = shape.OffsetOf(panes) - CountsOffset;
        if (shape.Objects > 0) Array.Resize(ref Objects, room * shape.Objects);
    }

    private static Span<ushort> Counts(byte[] bytes) => MemoryMarshal.Cast<byte, ushort>(bytes.AsSpan(CountsOffset..UsedOffset));

    private static ref long UsedBytes(byte[] bytes) => ref MemoryMarshal.AsRef<long>(bytes.AsSpan(UsedOffset));
}

/// <summary>The places of the panes of a level.</summary>
/// <param name="Exist">Whether there are any.</param>
/// <param name="NewestStart">The start of the newest pane, whose number is the level.</param>
/// <param name="First">The number of the first older pane.</param>
/// <param name="End">The number after the last older pane.</param>
internal readonly record struct LevelPanes(bool Exist, long NewestStart, int First, int End);

/// <summary>The size of a pane.</summary>
/// <param name="Levels">The number of levels.</param>
/// <param name="Bytes">The length of a pane in bytes.</param>
/// <param name="Objects">The number of its accumulators that are objects.</param>
internal sealed record PaneShape(int Levels, int Bytes, int Objects)
{
    public int OffsetOf(int pane) => PaneTable.HeaderBytes + (pane * Bytes);
}
