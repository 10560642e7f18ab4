using System.Reflection;
using System.Runtime.CompilerServices;
using Dataflow.Serialization;

namespace Dataflow.Tests.Serialization.Generated;

/// <summary>Values of any type at random, made field by field.</summary>
internal sealed class RandomFields(int seed)
{
    private const BindingFlags Any = BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic;
    private const int MaxDepth = 3;

    private static readonly string?[] Texts =
        [null, "", "a", "\0", "ß€", "\uD83D\uDE00", "\uD83D", "x\uDE00y", new('m', 31), new('ü', 20), new('n', 40), new('€', 100),
            new('o', 70_000)];

    private static readonly long[] Edges = [0, 1, -1, 127, 128, -32, -33, -128, -129, 255, 256, 32767, 32768, -32768, -32769, 65535, 65536,
        int.MaxValue, int.MinValue, uint.MaxValue, uint.MaxValue + 1L, int.MinValue - 1L, long.MaxValue, long.MinValue];

    private static readonly double[] Odd = [0.0, -0.0, double.NaN, double.MaxValue, double.NegativeInfinity, 0.1];

    private readonly Random _random = new(seed);

    public static T Next<T>(int seed)
        => typeof(T) == typeof(Everything) ? (T)(object)new RandomValues(seed).Next() : (T)new RandomFields(seed).Next(typeof(T), 0)!;

    private object? Next(Type type, int depth)
    {
        if (!type.IsValueType && type != typeof(string) && (depth > MaxDepth || _random.Next(4) == 0) && depth > 0) return null;
        if (Nullable.GetUnderlyingType(type) is { } inner) return _random.Next(3) == 0 ? null : Next(inner, depth);
        if (type.IsEnum) return Enum.ToObject(type, Next(Enum.GetUnderlyingType(type), depth)!);
        if (Scalar(type) is { } scalar) return scalar;
        if (type == typeof(Utf8)) return new Utf8(Texts[_random.Next(Texts.Length)] ?? "");
        if (type == typeof(string)) return Texts[_random.Next(Texts.Length)];
        if (type.IsArray) return Elements(type.GetElementType()!, depth);
        if (type.IsGenericType && type.GetGenericTypeDefinition() == typeof(IReadOnlyList<>))
            return Elements(type.GetGenericArguments()[0], depth);
        if (type == typeof(IShape)) return Next(_random.Next(2) == 0 ? typeof(Circle) : typeof(Square), depth);
        if (type.IsAssignableTo(typeof(System.Collections.IDictionary))) return Entries(type, depth);
        if (type.IsGenericType && type.GetGenericTypeDefinition() is var of && (of == typeof(List<>) || of == typeof(HashSet<>)))
            return Activator.CreateInstance(type, Elements(type.GetGenericArguments()[0], depth));
        return Fields(type, depth);
    }

    private object Fields(Type type, int depth)
    {
        var isMade = type.GetConstructor(Any, []) is not null;
        var value = isMade ? Activator.CreateInstance(type, nonPublic: true)! : RuntimeHelpers.GetUninitializedObject(type);
        foreach (var (field, _, _) in TypeFields.Of(type).Members) field.SetValue(value, Next(field.FieldType, depth + 1));
        return value;
    }

    private Array Elements(Type type, int depth)
    {
        var elements = Array.CreateInstance(type, _random.Next(4));
        for (var i = 0; i < elements.Length; i++) elements.SetValue(Next(type, depth + 1), i);
        return elements;
    }

    private object Entries(Type type, int depth)
    {
        var entries = (System.Collections.IDictionary)Activator.CreateInstance(type)!;
        var (key, value) = (type.GetGenericArguments()[0], type.GetGenericArguments()[1]);
        for (var i = _random.Next(3); i > 0; i--) if (Next(key, depth + 1) is { } at) entries[at] = Next(value, depth + 1);
        return entries;
    }

    private object? Scalar(Type type)
    {
        var edge = unchecked((ulong)(Edges[_random.Next(Edges.Length)] + _random.Next(2)));
        var odd = Odd[_random.Next(Odd.Length)];
        return Type.GetTypeCode(type) switch
        {
            TypeCode.Boolean => edge % 2 == 0,
            TypeCode.Char => unchecked((char)edge),
            TypeCode.SByte => unchecked((sbyte)edge),
            TypeCode.Byte => unchecked((byte)edge),
            TypeCode.Int16 => unchecked((short)edge),
            TypeCode.UInt16 => unchecked((ushort)edge),
            TypeCode.Int32 => unchecked((int)edge),
            TypeCode.UInt32 => unchecked((uint)edge),
            TypeCode.Int64 => unchecked((long)edge),
            TypeCode.UInt64 => edge,
            TypeCode.Single => (float)odd,
            TypeCode.Double => odd,
            TypeCode.Decimal => new decimal(
                _random.Next(3) == 0 ? 0 : _random.Next(), _random.Next(2) * -1, 0, edge % 2 == 0, (byte)_random.Next(29)),
            TypeCode.DateTime => new DateTime(Ticks(), (DateTimeKind)_random.Next(3)),
            _ when type == typeof(DateTimeOffset)
                => new DateTimeOffset(_random.NextInt64(TimeSpan.TicksPerDay, 1L << 60), TimeSpan.FromHours(_random.Next(9))),
            _ when type == typeof(TimeSpan) => new TimeSpan(unchecked((long)edge)),
            _ when type == typeof(Guid) => new Guid(unchecked((int)edge), 1, 2, new byte[8]),
            _ => null,
        };
    }

    // Whole seconds, those before 1970 and after 2514, and the ends.
    private long Ticks() => _random.Next(6) switch
    {
        0 => DateTime.MinValue.Ticks,
        1 => DateTime.MaxValue.Ticks,
        2 => DateTime.UnixEpoch.Ticks + _random.NextInt64(1L << 36) * TimeSpan.TicksPerSecond / 8,
        3 => DateTime.UnixEpoch.AddSeconds(_random.Next()).Ticks,
        _ => _random.NextInt64(DateTime.MaxValue.Ticks),
    };
}
