namespace Dataflow.Serialization;

/// <summary>The path from a value to a part of it, in words.</summary>
/// <param name="Members">The names of members, with dots between.</param>
/// <param name="IsHeld">Whether the part is one of a collection's.</param>
internal readonly record struct MemberPath(string Members, bool IsHeld)
{
    /// <summary>The path to the value itself.</summary>
    public static MemberPath Root { get; } = new("", IsHeld: false);

    /// <param name="member">The member's name; null or empty: a part without one.</param>
    public MemberPath To(string? member)
        => member is null or "" ? this with { IsHeld = true } : new(Members.Length == 0 ? member : $"{Members}.{member}", IsHeld: false);

    /// <summary>The path to a value of a subtype.</summary>
    public MemberPath ToSubtype(string type) => new(Members.Length == 0 ? $"({type})" : $"{Members} ({type})", IsHeld: false);

    /// <param name="root">The words for the value itself.</param>
    public string ToText(string root)
    {
        var what = Members.Length == 0 ? root : $"member '{Members}'";
        return IsHeld ? $"what {what} holds" : what;
    }
}
