using System.Linq.Expressions;
using System.Reflection;
using Apache.Arrow;
using Apache.Arrow.Types;

namespace Dataflow.Arrow;

/// <summary>Finds the Arrow column of a property.</summary>
internal static class ArrowColumns<T>
{
    private static readonly TimestampType Time = new(TimeUnit.Millisecond, "UTC");

    private static readonly Dictionary<Type, IArrowType> Numbers = new()
    {
        [typeof(sbyte)] = Int8Type.Default,
        [typeof(byte)] = UInt8Type.Default,
        [typeof(short)] = Int16Type.Default,
        [typeof(ushort)] = UInt16Type.Default,
        [typeof(int)] = Int32Type.Default,
        [typeof(uint)] = UInt32Type.Default,
        [typeof(long)] = Int64Type.Default,
        [typeof(ulong)] = UInt64Type.Default,
        [typeof(float)] = FloatType.Default,
        [typeof(double)] = DoubleType.Default,
    };

    /// <exception cref="ConnectorException">The property has none.</exception>
    public static ArrowColumn<T> Create(PropertyInfo property)
    {
        var type = Nullable.GetUnderlyingType(property.PropertyType) ?? property.PropertyType;
        if (type == typeof(string)) return new ArrowTexts<T>(FieldOf(property, StringType.Default), Getter<string?>(property));
        if (type == typeof(Utf8)) return Slices(property);
        if (type == typeof(byte[])) return new ArrowBytes<T>(FieldOf(property, BinaryType.Default), Getter<byte[]?>(property));
        if (type == typeof(float[])) return Floats(property);
        if (type == typeof(bool)) return new ArrowBits<T>(FieldOf(property, BooleanType.Default), Getter<bool?>(property));
        if (type == typeof(DateTime)) return Times(property, Getter<DateTime?>(property));
        if (type == typeof(DateTimeOffset)) return Times(property, Getter<DateTimeOffset?>(property));
        if (type.IsEnum) return Of(nameof(Enums), type, property);
        if (Numbers.ContainsKey(type)) return Of(nameof(Values), type, property);
        throw ConnectorException.UnsupportedMember(typeof(T), property.Name, property.PropertyType, "Arrow",
            "a number, bool, string, Utf8, an enum, DateTime, DateTimeOffset, byte[] or float[]");
    }

    private static Field FieldOf(PropertyInfo property, IArrowType type)
        => new(property.Name, type, nullable: !property.PropertyType.IsValueType
            || Nullable.GetUnderlyingType(property.PropertyType) is not null);

    /// <summary>Makes a getter without reflection; a value type becomes its nullable.</summary>
    private static Func<T, TValue> Getter<TValue>(PropertyInfo property)
    {
        var value = Expression.Parameter(typeof(T), "value");
        return Expression.Lambda<Func<T, TValue>>(
            Expression.Convert(Expression.Property(value, property), typeof(TValue)), value).Compile();
    }

    private static ArrowFloats<T> Floats(PropertyInfo property)
        => new(FieldOf(property, new ListType(new Field("item", FloatType.Default, nullable: false))), Getter<float[]?>(property));

    private static ArrowValues<T, TValue> Values<TValue>(PropertyInfo property)
        where TValue : unmanaged
        => new(FieldOf(property, Numbers[typeof(TValue)]), Getter<TValue?>(property));

    private static ArrowTexts<T> Slices(PropertyInfo property)
    {
        var get = Getter<Utf8?>(property);
        return new(FieldOf(property, StringType.Default), value => get(value)?.ToString());
    }

    private static ArrowTexts<T> Enums<TEnum>(PropertyInfo property)
        where TEnum : struct, Enum
    {
        var get = Getter<TEnum?>(property);
        return new(FieldOf(property, StringType.Default), value => get(value) is { } found
            ? Enum.GetName(found) ?? found.ToString()
            : null);
    }

    // A time without a zone is taken as UTC.
    private static ArrowValues<T, long> Times(PropertyInfo property, Func<T, DateTime?> get)
        => new(FieldOf(property, Time), value => get(value) is { } time
            ? Milliseconds(time.Kind == DateTimeKind.Local ? time.ToUniversalTime() : time)
            : null);

    private static ArrowValues<T, long> Times(PropertyInfo property, Func<T, DateTimeOffset?> get)
        => new(FieldOf(property, Time), value => get(value)?.ToUnixTimeMilliseconds());

    private static long Milliseconds(DateTime time)
        => (time.Ticks / TimeSpan.TicksPerMillisecond) - (DateTime.UnixEpoch.Ticks / TimeSpan.TicksPerMillisecond);

    private static ArrowColumn<T> Of(string method, Type type, PropertyInfo property)
        => (ArrowColumn<T>)typeof(ArrowColumns<T>).GetMethod(method, BindingFlags.NonPublic | BindingFlags.Static)!
            .MakeGenericMethod(type).Invoke(null, [property])!;
}
