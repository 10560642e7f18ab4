using Dataflow.Serialization;

namespace Dataflow;

/// <summary>A value cannot be written so that it comes back as it is, which its type alone did not show.</summary>
/// <remarks>Raised where the value is written: of a record, it is handled as any failure of the step on that record.</remarks>
public sealed class SerdeException : DataflowException
{
    private SerdeException(string message)
        : base(message)
    {
    }

    internal static SerdeException OtherType(Type declared, Type actual)
        => new($"Type {Name(declared)}: the value is a {Name(actual)}, of which only what {Name(declared)} has would be kept. "
            + $"Give the pipeline UseSerde(Serde.Polymorphic<{Name(declared)}>(...)) with {Name(actual)} among the types.");

    internal static SerdeException Undeclared(Type declared, Type actual)
        => new($"Type {Name(declared)}: the value is a {Name(actual)}, which is not among the types that Serde.Polymorphic was given. Add it there.");

    internal static SerdeException TooDeep(Type type)
        => new($"Type {Name(type)}: the value holds others of its type more than {Depth.Most} deep, or holds itself. Values are written as trees: "
            + "leave the way back out with [IgnoreMember], name others by an id, or keep a long chain as a list.");

    internal static SerdeException Comparer(Type type)
        => new($"Type {Name(type)}: the value has a comparer that has no name. Use the type's default comparer or one of StringComparer's Ordinal and "
            + "Invariant ones, or give a Serde.");

    internal static SerdeException NoNull(string type)
        => new($"Type {type}: null has no bytes of its own in a topic. Write a type that holds it, or give the topic a Serde.");

    internal static SerdeException Malformed(Type type, string what) => new($"Type {Name(type)}: the bytes are not of such a value: {what}.");

    private static string Name(Type type) => State.TypeNames.Of(type);
}
