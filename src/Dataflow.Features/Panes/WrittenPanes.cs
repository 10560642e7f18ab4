using System.Runtime.InteropServices;

namespace Dataflow.Features.Panes;

/// <summary>Notes of which older panes are as the last checkpoint has written them: at the start of an entity's array.</summary>
/// <remarks>Of each level the older panes that were written are numbered in the order of time. The first of them may have been removed
/// since, and the last be changed or have others between them; those in between are kept.</remarks>
internal readonly ref struct WrittenPanes(byte[] bytes)
{
    /// <summary>The room that the notes take.</summary>
    public const int Bytes = ((1 + (3 * PaneLevels.Max)) * sizeof(ushort)) + Padding;

    private const int Padding = 6; // to a multiple of eight

    private readonly Span<ushort> _notes = MemoryMarshal.Cast<byte, ushort>(bytes.AsSpan(0, Bytes));

    /// <summary>The number of bytes before the panes in the value that was written; 0: none was.</summary>
    public ref ushort HeadBytes => ref _notes[0];

    private Span<ushort> Counts => _notes.Slice(1, PaneLevels.Max);

    private Span<ushort> Removed => _notes.Slice(1 + PaneLevels.Max, PaneLevels.Max);

    private Span<ushort> KeptTo => _notes.Slice(1 + (2 * PaneLevels.Max), PaneLevels.Max);

    /// <summary>Notes that a level's older panes change from one on.</summary>
    public void Change(int level, int pane) => KeptTo[level] = (ushort)Math.Min(KeptTo[level], Removed[level] + pane);

    /// <summary>Notes that the first of a level's older panes are removed.</summary>
    public void Remove(int level, int count) => Removed[level] = (ushort)Math.Min(Removed[level] + count, ushort.MaxValue);

    /// <summary>Notes that a level was written.</summary>
    /// <param name="level">The level.</param>
    /// <param name="older">The number of its older panes.</param>
    public void Write(int level, int older) => (Counts[level], Removed[level], KeptTo[level]) = ((ushort)older, 0, (ushort)older);

    /// <summary>Returns how many of a level's older panes were written.</summary>
    public int CountOf(int level) => Counts[level];

    /// <summary>Returns those of them that are kept: the first of the level's older panes.</summary>
    public (int First, int Count) KeptOf(int level) => (Removed[level], Math.Max(KeptTo[level] - Removed[level], 0));
}
