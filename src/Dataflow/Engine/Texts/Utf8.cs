using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json.Serialization;
using Dataflow.Texts;

namespace Dataflow;

/// <summary>A text in UTF-8: a slice of the bytes that were read, or bytes of its own. Comparing, searching and parsing it makes no
/// <see cref="string"/>.</summary>
/// <remarks><para>As a member of a type with <see cref="DataflowRecordAttribute"/>, a text from a topic lies in the bytes of its batch: it
/// is valid until the step that it was given to returns. The engine copies what it keeps itself: keys, state, records on their way to other
/// workers or to asynchronous calls. Code of your own that keeps a text for longer keeps <see cref="Keep"/>: afterwards, a text of a
/// batch that has ended throws instead of showing other bytes.</para>
/// <para>Texts are equal if their bytes are. Their order is that of their bytes, which is the order of code points: it differs from that
/// of <see cref="string.CompareOrdinal(string, string)"/> where characters beyond U+FFFF meet those from U+E000 on. In topics and in state
/// a text has the form of a <see cref="string"/>. The default value is the empty text.</para>
/// <para>Safe for several threads where it has bytes of its own; else only during the call.</para></remarks>
/// <example><code>
/// [DataflowRecord]
/// public readonly record struct Visit(Utf8 Page, Utf8 Agent, long Millis, long Time);
/// </code></example>
[DebuggerDisplay("{Shown,nq}")]
[JsonConverter(typeof(Utf8JsonConverter))]
public readonly struct Utf8 : IEquatable<Utf8>, IComparable<Utf8>, IEqualityOperators<Utf8, Utf8, bool>,
    ISpanFormattable, ISpanParsable<Utf8>
{
    private readonly object? _owner; // the bytes themselves, or the lease of the batch that has them; null: the empty text
    private readonly int _start;
    private readonly int _length;

    /// <summary>Copies bytes of UTF-8.</summary>
    /// <param name="utf8">The bytes. They are not checked: what is no UTF-8 shows as U+FFFD in <see cref="ToString()"/>.</param>
    public Utf8(ReadOnlySpan<byte> utf8)
        : this(utf8.IsEmpty ? null : utf8.ToArray(), 0, utf8.Length)
    {
    }

    /// <summary>Encodes a string; half of a surrogate pair becomes U+FFFD.</summary>
    public Utf8(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var bytes = Encoding.UTF8.GetBytes(text);
        (_owner, _length) = (bytes.Length == 0 ? null : bytes, bytes.Length);
    }

    internal Utf8(object? owner, int start, int length) => (_owner, _start, _length) = (owner, start, length);

    /// <summary>The number of bytes.</summary>
    public int Length => _length;

    /// <summary>Whether there are no bytes.</summary>
    public bool IsEmpty => _length == 0;

    /// <summary>The bytes.</summary>
    /// <exception cref="InvalidOperationException">The text was read with a batch that has ended: see <see cref="Keep"/>.</exception>
    public ReadOnlySpan<byte> Span
    {
        get
        {
            if (_length == 0) return default;
            var bytes = _owner!.GetType() == typeof(byte[])
                ? Unsafe.As<byte[]>(_owner) : Unsafe.As<TextLease>(_owner).Bytes ?? throw TextLease.Ended();
            return bytes.AsSpan(_start, _length);
        }
    }

    internal bool IsKept => _owner is null or byte[];

    private string Shown => _owner is TextLease { Bytes: null } ? "(a text of a batch that has ended)" : $"\"{this}\"";

    /// <summary>Returns the same text with bytes of its own, valid for ever; itself, if it has them already.</summary>
    public Utf8 Keep() => IsKept ? this : new(Span);

    /// <summary>Returns a value whose texts have bytes of their own: for a step that keeps values itself.</summary>
    /// <remarks>It finds texts in fields, also of structs, tuples and objects in the value, and in lists and arrays; not in other
    /// collections. Objects, lists and arrays are changed in place.</remarks>
    public static T KeepIn<T>(T value)
    {
        TextKeeper<T>.Keep(ref value);
        return value;
    }

    /// <summary>Returns a part, which shares the bytes: <c>text[1..^1]</c>.</summary>
    /// <param name="start">The first byte.</param>
    /// <param name="length">The number of bytes.</param>
    /// <exception cref="ArgumentOutOfRangeException">The part does not lie within the text.</exception>
    public Utf8 Slice(int start, int length)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)start, (uint)_length, nameof(start));
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)length, (uint)(_length - start), nameof(length));
        return new(_owner, _start + start, length);
    }

    /// <summary>Whether the text begins with the given one.</summary>
    public bool StartsWith(ReadOnlySpan<byte> utf8) => Span.StartsWith(utf8);

    /// <summary>Whether the text ends with the given one.</summary>
    public bool EndsWith(ReadOnlySpan<byte> utf8) => Span.EndsWith(utf8);

    /// <summary>Whether the given text is in it.</summary>
    public bool Contains(ReadOnlySpan<byte> utf8) => IndexOf(utf8) >= 0;

    /// <summary>Returns the place of the first byte of the given text; -1 where it is not in it.</summary>
    public int IndexOf(ReadOnlySpan<byte> utf8) => Span.IndexOf(utf8);

    /// <summary>Parses the text in the invariant culture: <c>text.Parse&lt;int>()</c>.</summary>
    /// <exception cref="FormatException">It does not have the form.</exception>
    /// <exception cref="OverflowException">The number is too large.</exception>
    public T Parse<T>()
        where T : IUtf8SpanParsable<T>
        => T.Parse(Span, CultureInfo.InvariantCulture);

    /// <summary>Parses the text in the invariant culture; false if it does not have the form.</summary>
    public bool TryParse<T>([MaybeNullWhen(false)] out T value)
        where T : IUtf8SpanParsable<T>
        => T.TryParse(Span, CultureInfo.InvariantCulture, out value);

    /// <summary>Whether the bytes are equal.</summary>
    public bool Equals(Utf8 other) => Span.SequenceEqual(other.Span);

    /// <summary>Whether the bytes are equal: <c>text.Equals("/home"u8)</c>.</summary>
    public bool Equals(ReadOnlySpan<byte> utf8) => Span.SequenceEqual(utf8);

    /// <inheritdoc/>
    public override bool Equals([NotNullWhen(true)] object? obj) => obj is Utf8 other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        var hash = default(HashCode);
        hash.AddBytes(Span);
        return hash.ToHashCode();
    }

    /// <summary>Compares the bytes.</summary>
    public int CompareTo(Utf8 other) => Span.SequenceCompareTo(other.Span);

    /// <summary>Returns the text as a string.</summary>
    public override string ToString() => Encoding.UTF8.GetString(Span);

    string IFormattable.ToString(string? format, IFormatProvider? formatProvider) => ToString();

    bool ISpanFormattable.TryFormat(Span<char> destination, out int charsWritten, ReadOnlySpan<char> format, IFormatProvider? provider)
        => Encoding.UTF8.TryGetChars(Span, destination, out charsWritten);

    static Utf8 IParsable<Utf8>.Parse(string s, IFormatProvider? provider) => new(s);

    static Utf8 ISpanParsable<Utf8>.Parse(ReadOnlySpan<char> s, IFormatProvider? provider) => new(s.ToString());

    static bool IParsable<Utf8>.TryParse([NotNullWhen(true)] string? s, IFormatProvider? provider, out Utf8 result)
    {
        result = s is null ? default : new(s);
        return s is not null;
    }

    static bool ISpanParsable<Utf8>.TryParse(ReadOnlySpan<char> s, IFormatProvider? provider, out Utf8 result)
    {
        result = new(s.ToString());
        return true;
    }

    /// <summary>Encodes a string, as the constructor does.</summary>
    public static implicit operator Utf8(string text) => new(text);

    /// <summary>Whether the bytes are equal.</summary>
    public static bool operator ==(Utf8 left, Utf8 right) => left.Equals(right);

    /// <summary>Whether the bytes differ.</summary>
    public static bool operator !=(Utf8 left, Utf8 right) => !left.Equals(right);

    /// <summary>Whether the bytes are equal: <c>text == "/home"u8</c>.</summary>
    public static bool operator ==(Utf8 left, ReadOnlySpan<byte> right) => left.Equals(right);

    /// <summary>Whether the bytes differ.</summary>
    public static bool operator !=(Utf8 left, ReadOnlySpan<byte> right) => !left.Equals(right);

    /// <summary>Whether the left text is before the right one.</summary>
    public static bool operator <(Utf8 left, Utf8 right) => left.CompareTo(right) < 0;

    /// <summary>Whether the left text is behind the right one.</summary>
    public static bool operator >(Utf8 left, Utf8 right) => left.CompareTo(right) > 0;

    /// <summary>Whether the left text is not behind the right one.</summary>
    public static bool operator <=(Utf8 left, Utf8 right) => left.CompareTo(right) <= 0;

    /// <summary>Whether the left text is not before the right one.</summary>
    public static bool operator >=(Utf8 left, Utf8 right) => left.CompareTo(right) >= 0;
}
