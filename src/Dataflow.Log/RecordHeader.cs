using System.Text;

namespace Dataflow.Log;

/// <summary>A name and bytes beside a record's key and value: a trace id, a content type.</summary>
/// <remarks>Names may repeat within a record. A header that was read is valid as long as its batch is.</remarks>
public readonly struct RecordHeader
{
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Creates a header with a value, which may be empty.</summary>
    /// <param name="name">Any text, stored as UTF-8.</param>
    /// <param name="value">The value, which is not copied here: it must stay unchanged until the record was appended.</param>
    /// <exception cref="ArgumentException">The name cannot be encoded: half a surrogate pair.</exception>
    public RecordHeader(string name, ReadOnlyMemory<byte> value)
        : this(Strict.GetBytes(name), value, hasValue: true)
    {
    }

    /// <summary>Creates a header without a value, which Kafka calls null.</summary>
    /// <inheritdoc cref="RecordHeader(string, ReadOnlyMemory{byte})"/>
    public RecordHeader(string name)
        : this(Strict.GetBytes(name), default, hasValue: false)
    {
    }

    internal RecordHeader(ReadOnlyMemory<byte> utf8Name, ReadOnlyMemory<byte> value, bool hasValue)
    {
        Utf8Name = utf8Name;
        Value = value;
        HasValue = hasValue;
    }

    /// <summary>The name, decoded anew with each call.</summary>
    public string Name => Encoding.UTF8.GetString(Utf8Name.Span);

    /// <summary>The name as it is stored, in UTF-8.</summary>
    public ReadOnlyMemory<byte> Utf8Name { get; }

    /// <summary>Whether it has a value; an empty one is one.</summary>
    public bool HasValue { get; }

    /// <summary>The value, empty when there is none.</summary>
    public ReadOnlyMemory<byte> Value { get; }

    /// <inheritdoc/>
    public override string ToString() => Name;
}
