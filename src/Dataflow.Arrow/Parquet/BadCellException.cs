namespace Dataflow.Arrow;

/// <summary>Thrown when a row's cell has a value that its member cannot hold.</summary>
internal sealed class BadCellException : Exception
{
    private BadCellException(string message, Exception? inner = null)
        : base(message, inner)
    {
    }

    public static BadCellException Null(string column, RowMember member)
        => new($"column '{column}' is null there and {member.Name} is {member.TypeName}");

    public static BadCellException NoRoom(string column, RowMember member, Exception inner)
        => new($"column '{column}': the value does not fit {member.TypeName}", inner);
}
