using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Text;
using Dataflow.Serialization;
using MessagePack;

namespace Dataflow.Codecs;

/// <summary>Writes records, and reads them, in the form of <see cref="Serde{T}.Default"/>: an array if the type declares places, else a map
/// by name. What is known of the type at compile time derives from this.</summary>
public abstract class RecordCodec<T> : ValueCodec<T>
{
    // In fields of the instance, not of the type: code that types share finds those much more slowly.
    private readonly Type _type = typeof(T);
    private readonly bool _isExact = typeof(T).IsSealed; // values are exactly of this type
    private readonly bool _isReceiver = typeof(T).IsAssignableTo(typeof(IMessagePackSerializationCallbackReceiver));
    private readonly bool _isRecursive = ValueCheck.HoldsItself(typeof(T));
    private readonly bool _hasIgnored;
    private readonly RecordMember[] _members;
    private readonly byte[][] _names;
    private readonly int _places; // of an array; 0: a map

    /// <param name="form">The type.</param>
    /// <param name="hasIgnored">Whether the type leaves fields out: those get what a constructor gives them.</param>
    protected RecordCodec(RecordForm<T> form, bool hasIgnored)
        : this((form ?? throw new ArgumentNullException(nameof(form))).Members, hasIgnored)
    {
    }

    private protected RecordCodec(IReadOnlyList<RecordMember> members, bool hasIgnored)
    {
        _hasIgnored = hasIgnored;
        _members = [.. members];
        _names = [.. _members.Select(static member => Encoding.UTF8.GetBytes(member.Name))];
        _places = _members is [.., { Place: >= 0 and var last }] ? last + 1 : 0;
    }

    /// <inheritdoc/>
    public sealed override void Write(ref ValueWriter writer, T value)
    {
        if (value is null)
        {
            writer.WriteNil();
            return;
        }

        if (!_isExact && value.GetType() != _type) throw SerdeException.OtherType(_type, value.GetType());
        if (_isReceiver) ((IMessagePackSerializationCallbackReceiver)value).OnBeforeSerialize();
        if (_isRecursive) WriteNested(ref writer, value);
        else WriteMembers(ref writer, ref value);
    }

    /// <inheritdoc/>
    public sealed override T Read(ref ValueReader reader)
    {
        Read(ref reader, out var value);
        return value;
    }

    internal override bool LendsTexts => true;

    internal sealed override void Read(ref ValueReader reader, out T value)
    {
        value = default!;
        if (reader.TryReadNil()) return;
        if (_isRecursive) ReadNested(ref reader, ref value);
        else ReadMembers(ref reader, ref value);
        if (!_isReceiver) return;
        var receiver = (IMessagePackSerializationCallbackReceiver)value!;
        receiver.OnAfterDeserialize();
        value = (T)receiver;
    }

    /// <summary>Writes the header and all members.</summary>
    protected abstract void WriteMembers(ref ValueWriter writer, ref T value);

    /// <summary>Reads all members, behind the header, as far as they are in the order in which they are written.</summary>
    /// <param name="reader">What to read from.</param>
    /// <param name="value">The value to set.</param>
    /// <param name="member">The number of the member that is being read: of the last one that was, when this returns.</param>
    /// <returns>Whether there was every member.</returns>
    protected abstract bool ReadInOrder(ref ValueReader reader, ref T value, ref int member);

    /// <summary>Reads the member of a number.</summary>
    protected abstract void ReadMember(ref ValueReader reader, ref T value, int member);

    /// <summary>Copies the member of a number.</summary>
    protected abstract void CopyMember(ref T from, ref T to, int member);

    /// <summary>Makes a value with a constructor, for members that the bytes lack.</summary>
    /// <param name="read">What was read: for a constructor that takes members.</param>
    /// <param name="found">Which members were read.</param>
    /// <returns>The value; what was read, where the type has no constructor for it.</returns>
    protected abstract T Construct(ref T read, ReadOnlySpan<bool> found);

    private void WriteNested(ref ValueWriter writer, T value)
    {
        Depth.Enter(_type);
        try
        {
            WriteMembers(ref writer, ref value);
        }
        finally
        {
            Depth.Leave();
        }
    }

    private void ReadNested(ref ValueReader reader, ref T value)
    {
        Depth.Enter(_type);
        try
        {
            ReadMembers(ref reader, ref value);
        }
        finally
        {
            Depth.Leave();
        }
    }

    [UnconditionalSuppressMessage("Trimming", "IL2077", Justification = "No constructor runs.")]
    private void ReadMembers(ref ValueReader reader, ref T value)
    {
        if (!typeof(T).IsValueType) Unsafe.As<T, object>(ref value) = RuntimeHelpers.GetUninitializedObject(_type);
        var member = -1; // that is being read
        try
        {
            if (_places > 0 && reader.IsAtArray)
            {
                var places = reader.ReadArrayHeader();
                if (places >= _places && !_hasIgnored && ReadInOrder(ref reader, ref value, ref member)) Skip(ref reader, places - _places);
                else ReadPlaces(ref reader, ref value, places, ref member);
                return;
            }

            var count = reader.ReadMapHeader();
            if (_places > 0 || count != _members.Length || !ReadInOrder(ref reader, ref value, ref member) || _hasIgnored)
                ReadNames(ref reader, ref value, count, ref member);
        }
        catch (Exception error) when (member >= 0 && error is (MessagePackSerializationException or OverflowException))
        {
            throw SerdeException.Retyped(_type, _members[member].Name, error);
        }
    }

    // Of a type that has more members.
    private static void Skip(ref ValueReader reader, int values)
    {
        for (; values > 0; values--) reader.Skip();
    }

    // From the last member on that was read in order.
    private void ReadPlaces(ref ValueReader reader, ref T value, int count, ref int member)
    {
        Span<bool> found = stackalloc bool[_members.Length];
        var next = member + 1;
        found[..next].Fill(true);
        for (var place = next == 0 ? 0 : _members[member].Place + 1; place < count; place++)
        {
            if (next == _members.Length || _members[next].Place != place)
            {
                reader.Skip();
                continue;
            }

            member = next;
            ReadMember(ref reader, ref value, next);
            found[next++] = true;
        }

        Complete(ref value, found);
    }

    private void ReadNames(ref ValueReader reader, ref T value, int count, ref int member)
    {
        Span<bool> found = stackalloc bool[_members.Length];
        var next = member + 1;
        found[..next].Fill(true);
        for (var i = next; i < count; i++)
        {
            member = -1;
            member = Find(reader.ReadName(), next);
            if (member < 0)
            {
                reader.Skip();
                continue;
            }

            ReadMember(ref reader, ref value, member);
            found[member] = true;
            next = member + 1;
        }

        Complete(ref value, found);
    }

    // Members usually come in the order in which they are written here, also where some are missing.
    private int Find(ReadOnlySpan<byte> name, int expected)
    {
        for (var i = expected; i < _names.Length; i++)
        {
            if (name.SequenceEqual(_names[i])) return i;
        }

        for (var i = 0; i < expected; i++)
        {
            if (name.SequenceEqual(_names[i])) return i;
        }

        return -1;
    }

    private void Complete(ref T read, scoped ReadOnlySpan<bool> found)
    {
        if (!_hasIgnored && !found.Contains(false)) return;
        var value = Construct(ref read, found);
        for (var i = 0; i < _members.Length; i++)
        {
            if (found[i]) CopyMember(ref read, ref value, i);
        }

        read = value;
    }
}
