using System.Diagnostics.CodeAnalysis;

namespace Dataflow;

/// <summary>What happened to a row of a table.</summary>
public enum ChangeKind : byte
{
    /// <summary>The key had no row and has one now.</summary>
    Insert,

    /// <summary>Another row took the place of the key's row.</summary>
    Update,

    /// <summary>The key has no row any more.</summary>
    Delete,
}

/// <summary>A change of one row of a table: what tables are made of, and what they give back as streams.</summary>
/// <param name="Kind">What happened.</param>
/// <param name="Old">The row that is gone; the type's default value for an insert.</param>
/// <param name="New">The row that is in force; the type's default value for a delete.</param>
public readonly record struct Change<TRow>(ChangeKind Kind, TRow? Old, TRow? New)
{
    /// <summary>Whether <see cref="Old"/> is a row that is gone.</summary>
    [MemberNotNullWhen(true, nameof(Old))]
    [MemberNotNullWhen(false, nameof(New))]
    public bool HasOld => Kind != ChangeKind.Insert;

    /// <summary>Whether <see cref="New"/> is a row that is in force.</summary>
    [MemberNotNullWhen(true, nameof(New))]
    [MemberNotNullWhen(false, nameof(Old))]
    public bool HasNew => Kind != ChangeKind.Delete;

    /// <summary>A row of a key that had none.</summary>
    public static Change<TRow> Insert(TRow row) => new(ChangeKind.Insert, default, row);

    /// <summary>A row that takes the place of another one.</summary>
    public static Change<TRow> Update(TRow old, TRow row) => new(ChangeKind.Update, old, row);

    /// <summary>A row that is gone.</summary>
    public static Change<TRow> Delete(TRow old) => new(ChangeKind.Delete, old, default);
}
