using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using System.Runtime.CompilerServices;
using Apache.Arrow;
using Apache.Arrow.Types;
using Dataflow.Codecs;

namespace Dataflow.Arrow;

/// <summary>Finds the Arrow column of a property.</summary>
internal static class ArrowColumns
{
    private const string Unknown = "Enums that no record has are looked at where code can be made.";

    private static readonly TimestampType Time = new(TimeUnit.Millisecond, "UTC");

    private static readonly Dictionary<Type, Func<RowGetter, ArrowColumn>> Numbers = new()
    {
        [typeof(sbyte)] = static of => Values<sbyte>(of, Int8Type.Default),
        [typeof(byte)] = static of => Values<byte>(of, UInt8Type.Default),
        [typeof(short)] = static of => Values<short>(of, Int16Type.Default),
        [typeof(ushort)] = static of => Values<ushort>(of, UInt16Type.Default),
        [typeof(int)] = static of => Values<int>(of, Int32Type.Default),
        [typeof(uint)] = static of => Values<uint>(of, UInt32Type.Default),
        [typeof(long)] = static of => Values<long>(of, Int64Type.Default),
        [typeof(ulong)] = static of => Values<ulong>(of, UInt64Type.Default),
        [typeof(float)] = static of => Values<float>(of, FloatType.Default),
        [typeof(double)] = static of => Values<double>(of, DoubleType.Default),
    };

    /// <exception cref="ConnectorException">The property has none.</exception>
    public static ArrowColumn Create(Type row, RowGetter property)
    {
        var type = Nullable.GetUnderlyingType(property.Type) ?? property.Type;
        if (type == typeof(string)) return new ArrowTexts(FieldOf(property, StringType.Default), property.OfReference<string>());
        if (type == typeof(Utf8)) return Slices(property);
        if (type == typeof(byte[])) return new ArrowBytes(FieldOf(property, BinaryType.Default), property.OfReference<byte[]>());
        if (type == typeof(float[])) return Floats(property);
        if (type == typeof(bool)) return new ArrowBits(FieldOf(property, BooleanType.Default), property.OfValue<bool>());
        if (type == typeof(DateTime)) return Times(property, property.OfValue<DateTime>());
        if (type == typeof(DateTimeOffset)) return Times(property, property.OfValue<DateTimeOffset>());
        if (Numbers.TryGetValue(type, out var number)) return number(property);
        if (GeneratedCodecs.TryUseEnum(type, new OfKnownEnum(property), out var named)) return named;
        if (type.IsEnum && RuntimeFeature.IsDynamicCodeSupported) return ByReflection(type, property);
        throw ConnectorException.UnsupportedMember(row, property.Name, property.Type, "Arrow",
            "a number, bool, string, Utf8, an enum, DateTime, DateTimeOffset, byte[] or float[]");
    }

    private static Field FieldOf(RowGetter property, IArrowType type)
        => new(property.Name, type, nullable: !property.Type.IsValueType || Nullable.GetUnderlyingType(property.Type) is not null);

    private static ArrowFloats Floats(RowGetter property)
        => new(FieldOf(property, new ListType(new Field("item", FloatType.Default, nullable: false))), property.OfReference<float[]>());

    private static ArrowValues<TValue> Values<TValue>(RowGetter property, IArrowType type)
        where TValue : unmanaged
        => new(FieldOf(property, type), property.OfValue<TValue>());

    private static ArrowTexts Slices(RowGetter property)
    {
        var get = property.OfValue<Utf8>();
        return new(FieldOf(property, StringType.Default), value => get(value)?.ToString());
    }

    private static ArrowTexts Enums<TEnum>(RowGetter property)
        where TEnum : struct, Enum
    {
        var get = property.OfValue<TEnum>();
        return new(FieldOf(property, StringType.Default), value => get(value) is { } found
            ? Enum.GetName(found) ?? found.ToString()
            : null);
    }

    // A time without a zone is taken as UTC.
    private static ArrowValues<long> Times(RowGetter property, Func<object, DateTime?> get)
        => new(FieldOf(property, Time), value => get(value) is { } time
            ? Milliseconds(time.Kind == DateTimeKind.Local ? time.ToUniversalTime() : time)
            : null);

    private static ArrowValues<long> Times(RowGetter property, Func<object, DateTimeOffset?> get)
        => new(FieldOf(property, Time), value => get(value)?.ToUnixTimeMilliseconds());

    private static long Milliseconds(DateTime time)
        => (time.Ticks / TimeSpan.TicksPerMillisecond) - (DateTime.UnixEpoch.Ticks / TimeSpan.TicksPerMillisecond);

    [UnconditionalSuppressMessage("Trimming", "IL2071", Justification = Unknown)]
    [UnconditionalSuppressMessage("AOT", "IL3050", Justification = Unknown)]
    private static ArrowColumn ByReflection(Type type, RowGetter property)
        => (ArrowColumn)typeof(ArrowColumns).GetMethod(nameof(Enums), BindingFlags.NonPublic | BindingFlags.Static)!
            .MakeGenericMethod(type).Invoke(null, [property])!;

    private sealed class OfKnownEnum(RowGetter property) : IEnumUse<ArrowColumn>
    {
        public ArrowColumn Of<TEnum>()
            where TEnum : struct, Enum
            => Enums<TEnum>(property);
    }
}
