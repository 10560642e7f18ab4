using System.Diagnostics.CodeAnalysis;

namespace Dataflow;

/// <summary>The kind of a change to a row of a table.</summary>
public enum ChangeKind : byte
{
    /// <summary>The key had no row and has one now.</summary>
    Insert,

    /// <summary>A new row replaced the key's row.</summary>
    Update,

    /// <summary>The key's row was removed.</summary>
    Delete,
}

/// <summary>A change of one row of a table; the changelog of a table is a stream of these.</summary>
/// <param name="Kind">The kind of change.</param>
/// <param name="Old">The row before; the type's default value for an insert.</param>
/// <param name="New">The row after; the type's default value for a delete.</param>
public readonly record struct Change<TRow>(ChangeKind Kind, TRow? Old, TRow? New)
{
    /// <summary>Whether there was a row before, in <see cref="Old"/>.</summary>
    [MemberNotNullWhen(true, nameof(Old))]
    [MemberNotNullWhen(false, nameof(New))]
    public bool HasOld => Kind != ChangeKind.Insert;

    /// <summary>Whether there is a row after, in <see cref="New"/>.</summary>
    [MemberNotNullWhen(true, nameof(New))]
    [MemberNotNullWhen(false, nameof(Old))]
    public bool HasNew => Kind != ChangeKind.Delete;

    /// <summary>Makes an insert: the row of a key that had none.</summary>
    public static Change<TRow> Insert(TRow row) => new(ChangeKind.Insert, default, row);

    /// <summary>Makes an update: a row that replaces another.</summary>
    public static Change<TRow> Update(TRow old, TRow row) => new(ChangeKind.Update, old, row);

    /// <summary>Makes a delete: the row that was removed.</summary>
    public static Change<TRow> Delete(TRow old) => new(ChangeKind.Delete, old, default);
}
