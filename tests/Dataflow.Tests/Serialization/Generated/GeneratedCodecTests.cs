using System.Reflection;
using System.Runtime.CompilerServices;
using Dataflow.Serialization;
using MessagePack;

namespace Dataflow.Tests.Serialization.Generated;

/// <summary>Codecs made at compile time write the bytes that reflection writes, and read what it reads, as it does.</summary>
public class GeneratedCodecTests
{
    private const int Values = 100;

    private static readonly Type[] Arguments = [typeof(string), typeof(Pair<string, Renamed>.Other), typeof(int?)];

    /// <summary>All types of this assembly and of the engine with the attribute that values can be made of at random, and tuples that steps
    /// keep.</summary>
    public static TheoryData<Type> Types { get; } = [.. typeof(Scalars).Assembly.GetTypes().Concat(typeof(Pipeline).Assembly.GetTypes())
        .Where(static type => type.IsDefined(typeof(DataflowRecordAttribute)) && type != typeof(Ring) && type != typeof(Texts.Holder))
        .Select(Closed).Append(KeptBy<WaitingRecords<string, string>>(typeof((long, ulong, string))))];

    [Theory]
    [MemberData(nameof(Types))]
    public void Each_has_one_with_the_members_that_reflection_finds(Type type)
    {
        Assert.True((bool)typeof(Codecs<>).MakeGenericType(type).GetProperty("IsMade")!.GetValue(null)!);
        Assert.Equal(
            TypeFields.Of(type).Members.Select(member => (member.Name, member.Field.FieldType, member.Key ?? -1)),
            Dataflow.Codecs.GeneratedCodecs.Find(type)!.Members.Select(member => (member.Name, member.Type, member.Place)));
    }

    [Theory]
    [MemberData(nameof(Types))]
    public void Random_values_have_the_same_bytes_and_come_back_from_each_other_s(Type type) => Run(type, nameof(SameBytes));

    [Theory]
    [MemberData(nameof(Types))]
    public void Members_may_be_missing_unknown_and_in_any_order(Type type) => Run(type, nameof(SameAfterChange));

    [Theory]
    [MemberData(nameof(Types))]
    public void Changed_and_cut_bytes_give_the_same_value_or_the_same_error(Type type) => Run(type, nameof(SameOfBrokenBytes));

    private static void SameBytes<T>()
    {
        for (var seed = 0; seed < Values; seed++)
        {
            var value = RandomFields.Next<T>(seed);
            var reflected = Codecs<T>.Write(Codecs<T>.Reflected, value);
            var made = Codecs<T>.Write(Codecs<T>.Made, RandomFields.Next<T>(seed)); // what is called before may change it

            Assert.True(made.SequenceEqual(reflected), $"seed {seed}: {Show(made)}\n{Show(reflected)}");
            Assert.Null(Codecs<T>.Difference(made));
            if (typeof(T) != typeof(Private) && typeof(T) != typeof(Called)) // which have members that are not written
                Assert.Null(Alike.Difference(value, Codecs<T>.Made.Read(made), $"seed {seed}"));
        }

        static string Show(byte[] bytes) => MessagePackSerializer.ConvertToJson(bytes);
    }

    private static void SameAfterChange<T>()
    {
        for (var seed = 0; seed < Values; seed++)
        {
            var bytes = Codecs<T>.Write(Codecs<T>.Reflected, RandomFields.Next<T>(seed));
            if (bytes is [MessagePackCode.Nil]) continue;
            var changed = ChangedBytes.Members(bytes, new Random(seed));
            if (Codecs<T>.Difference(changed) is { } difference)
                Assert.Fail($"seed {seed}: {difference}: {MessagePackSerializer.ConvertToJson(changed)}");
        }
    }

    private static void SameOfBrokenBytes<T>()
    {
        for (var seed = 0; seed < 5 * Values; seed++)
        {
            var bytes = Codecs<T>.Write(Codecs<T>.Reflected, RandomFields.Next<T>(seed % Values));
            if (bytes.Length > 4000) continue;
            var broken = ChangedBytes.Broken(bytes, new Random(seed));
            if (!ChangedBytes.AnnouncesTooMuch(broken) && Codecs<T>.Difference(broken) is { } difference)
                Assert.Fail($"seed {seed}: {difference}: {Convert.ToHexString(broken)}");
            var before = GC.GetAllocatedBytesForCurrentThread();
            Codecs<T>.Read(Codecs<T>.Made, broken);
            Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 40_000 + (400 * bytes.Length));
        }
    }

    private static Type KeptBy<TStep>(Type type)
    {
        RuntimeHelpers.RunClassConstructor(typeof(TStep).TypeHandle);
        return type;
    }

    private static Type Closed(Type type)
    {
        if (!type.IsGenericTypeDefinition) return type;
        var count = type.GetGenericArguments().Length;
        return type.MakeGenericType(count == 1 ? [typeof(int?)] : Arguments[..count]);
    }

    private static void Run(Type type, string test)
        => typeof(GeneratedCodecTests).GetMethod(test, BindingFlags.Static | BindingFlags.NonPublic)!.MakeGenericMethod(type)
            .Invoke(null, BindingFlags.DoNotWrapExceptions, null, null, null);
}
