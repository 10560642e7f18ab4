using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using System.Reflection.Emit;
using System.Runtime.CompilerServices;

namespace Dataflow.Serialization;

/// <summary>The offsets of fields in their objects, with which private fields too are read and set without a call for each.</summary>
[UnconditionalSuppressMessage("Trimming", "IL2060", Justification = ReflectedCodecs.Only)]
[UnconditionalSuppressMessage("Trimming", "IL2087", Justification = ReflectedCodecs.Only)]
[UnconditionalSuppressMessage("AOT", "IL3050", Justification = ReflectedCodecs.Only)]
internal static class FieldOffset
{
    private static readonly MethodInfo ByteOffset = typeof(Unsafe).GetMethods()
        .Single(method => method.Name == nameof(Unsafe.ByteOffset)).MakeGenericMethod(typeof(byte));

    private static readonly MethodInfo OfType = typeof(FieldOffset).GetMethod(nameof(Of), [typeof(FieldInfo)])!;

    private delegate nint Measurer<T>(ref T value);

    /// <summary>The first byte of a value's fields.</summary>
    public static ref byte Start<T>(ref T value)
    {
        if (typeof(T).IsValueType) return ref Unsafe.As<T, byte>(ref value);
        return ref Unsafe.As<T, Fields>(ref value).First;
    }

    /// <summary>The struct in a box.</summary>
    public static ref T InBox<T>(object box) => ref Unsafe.As<byte, T>(ref Unsafe.As<Fields>(box).First);

    /// <summary>Returns the distance of a field from it.</summary>
    public static nint Of<T>(FieldInfo field)
    {
        var method = new DynamicMethod(
            "offset", typeof(nint), [typeof(T).MakeByRefType()], typeof(FieldOffset).Module, skipVisibility: true);
        var code = method.GetILGenerator();
        code.Emit(OpCodes.Ldarg_0);
        code.Emit(OpCodes.Call, new StartOf<T>(Start<T>).Method);
        code.Emit(OpCodes.Ldarg_0);
        if (!typeof(T).IsValueType) code.Emit(OpCodes.Ldind_Ref);
        code.Emit(OpCodes.Ldflda, field);
        code.Emit(OpCodes.Call, ByteOffset);
        code.Emit(OpCodes.Ret);
        var value = (T)RuntimeHelpers.GetUninitializedObject(typeof(T));
        return method.CreateDelegate<Measurer<T>>()(ref value);
    }

    /// <summary>Returns the distance of a field of a type that is known at run time only.</summary>
    public static nint In(Type type, FieldInfo field) => (nint)OfType.MakeGenericMethod(type).Invoke(null, [field])!;

    private delegate ref byte StartOf<T>(ref T value);

    /// <summary>A view of any object from its first field on.</summary>
    private sealed class Fields
    {
        public byte First;
    }
}
