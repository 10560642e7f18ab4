namespace Dataflow.Arrow;

/// <summary>A column holds in some row what its member has no room for.</summary>
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
