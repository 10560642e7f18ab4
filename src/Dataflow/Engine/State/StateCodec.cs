using System.Buffers;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Dataflow.Serialization;

namespace Dataflow.State;

/// <summary>Writes the values of state: as they lie in memory if they hold no references, else with MessagePack.</summary>
internal static class StateCodec<T>
{
    private static readonly string Name = TypeNames.Full(typeof(T)) + (IsMemory ? $":{Unsafe.SizeOf<T>()}" : "");
    private static Serde<T>? s_default;

    [ThreadStatic]
    private static ArrayBufferWriter<byte>? t_scratch;

    /// <summary>Whether values are written as they lie in memory.</summary>
    public static bool IsMemory => !RuntimeHelpers.IsReferenceOrContainsReferences<T>();

    /// <summary>The name, with the size where values are raw memory, else with the serdes that were given for types in them; a restart
    /// compares it.</summary>
    /// <exception cref="PlanException">Values cannot be written.</exception>
    public static string Signature
    {
        get
        {
            CheckType();
            StateTypes.Note(typeof(T), IsMemory);
            if (!IsMemory) StateTypes.NoteValues(typeof(T));
            return IsMemory ? Name : Serdes.WithGiven(Name, typeof(T));
        }
    }

    private static Serde<T> Serde
        => Serdes.Current is { } given ? given.Values<T>() : s_default ??= ValueSerde<T>.Create(ValueResolver.Default);

    /// <exception cref="PlanException">Values cannot be written.</exception>
    public static void CheckType()
    {
        if (!IsMemory) _ = Serde;
        else if (!ReflectedCodecs.AreSupported && ValueCheck.FaultInMemory(typeof(T)) is { } fault) throw PlanException.NoSerde([fault]);
    }

    public static void Write(ref T value, IBufferWriter<byte> bytes)
    {
        if (IsMemory) bytes.Write(Bytes(ref value));
        else Serde.Write(value, bytes);
    }

    public static T Read(ReadOnlyMemory<byte> bytes)
        => IsMemory ? Unsafe.ReadUnaligned<T>(ref MemoryMarshal.GetReference(bytes.Span)) : Serde.Read(bytes);

    /// <summary>Throws if a value cannot be written.</summary>
    public static void Check(T value)
    {
        if (IsMemory) return;
        var scratch = t_scratch ??= new();
        scratch.ResetWrittenCount();
        Serde.Write(value, scratch);
    }

    private static ReadOnlySpan<byte> Bytes(ref T value)
        => MemoryMarshal.CreateReadOnlySpan(ref Unsafe.As<T, byte>(ref value), Unsafe.SizeOf<T>());
}
