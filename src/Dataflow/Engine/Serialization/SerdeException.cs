using System.Text.Json;
using Dataflow.Serialization;
using MessagePack;

namespace Dataflow;

/// <summary>Thrown when a value cannot be written so that it is read back unchanged, which its type alone did not show, or cannot be read
/// as its present type.</summary>
/// <remarks>Thrown where the value is written or read: for a record, it is handled like any failure of the step on that record.</remarks>
public sealed class SerdeException : DataflowException
{
    private SerdeException(string message, Exception? inner = null)
        : base(message, inner)
    {
    }

    internal static SerdeException OtherType(Type declared, Type actual)
        => new($"Type {Name(declared)}: the value is a {Name(actual)}, of which only what {Name(declared)} has would be kept. "
            + $"Give the pipeline UseSerde(Serde.Polymorphic<{Name(declared)}>(...)) with {Name(actual)} among the types.");

    internal static SerdeException NotInUnion(Type declared, Type actual)
        => new($"Type {Name(declared)}: the value is a {Name(actual)}, which no [Union] of {Name(declared)} names. Add one there, with a "
            + "number of its own.");

    internal static SerdeException UnionTwice(Type declared, Type subtype, int number)
        => new($"Type {Name(declared)}: [Union({number}, typeof({Name(subtype)}))] repeats a number or a type. Give each type one number.");

    internal static SerdeException Undeclared(Type declared, Type actual)
        => new($"Type {Name(declared)}: the value is a {Name(actual)}, which is not among the types that Serde.Polymorphic was given. Add "
            + "it there.");

    internal static SerdeException TooDeep(Type type)
        => new($"Type {Name(type)}: the value holds others of its type more than {Depth.Max} deep, or holds itself. Values are written as "
            + "trees: "
            + "leave the way back out with [IgnoreMember], name others by an id, or keep a long chain as a list.");

    internal static SerdeException Comparer(Type type)
        => new($"Type {Name(type)}: the value has a comparer that has no name. Use the type's default comparer or one of StringComparer's "
            + "Ordinal and "
            + "Invariant ones, or give a Serde.");

    internal static SerdeException NoNull(string type)
        => new($"Type {type}: null has no bytes of its own in a topic. Write a type that holds it, or give the topic a Serde.");

    internal static SerdeException Retyped(Type type, string member, Exception inner)
        => new($"Type {Name(type)}, member '{member}': it had another type when the value was written. Give the member its old type back "
            + "and add the "
            + "new one under another name, or give the pipeline a new name and a topic that was written anew.", inner);

    /// <summary>Finds the first error of this type among an error and its causes.</summary>
    internal static SerdeException? In(Exception? error) => error as SerdeException ?? (error is null ? null : In(error.InnerException));

    internal static SerdeException Malformed(Type type, string what)
        => new($"Type {Name(type)}: the bytes are not of such a value: {what}.");

    internal static SerdeException Malformed(Type type, Exception inner)
        => new($"Type {Name(type)}: the bytes are not of such a value: " + inner switch
        {
            EndOfStreamException => "they end within it.",
            MessagePackSerializationException => inner.Message, // tells codes, no content
            _ => "they hold something else.",
        }, inner);

    /// <summary>Whether an error is what readers throw at bytes that are not of the value.</summary>
    internal static bool IsOfBytes(Exception error)
        => error is MessagePackSerializationException or EndOfStreamException or OverflowException or ArgumentException or FormatException
            or InvalidCastException or IndexOutOfRangeException or JsonException;

    private static string Name(Type type) => TypeNames.Of(type);
}
