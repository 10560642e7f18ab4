namespace Dataflow;

/// <summary>A column holds what its member has no room for, in a row counted from the start of the row group.</summary>
internal sealed class BadCellException : Exception
{
    private BadCellException(int row, string message, Exception? inner = null)
        : base(message, inner) => Row = row;

    public int Row { get; }

    public static BadCellException Null(int row, string column, RowMember member)
        => new(row, $"column '{column}' is null there and {member.Name} is {member.TypeName}");

    public static BadCellException NoRoom(int row, string column, RowMember member, Exception inner)
        => new(row, $"column '{column}': the value does not fit {member.TypeName}", inner);
}
