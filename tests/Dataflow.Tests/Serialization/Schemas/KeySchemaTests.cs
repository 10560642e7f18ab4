using System.Buffers;
using System.Reflection;
using CsCheck;
using Dataflow.Serialization;

namespace Dataflow.Tests.Serialization.Schemas;

/// <summary>A schema says that keys are read as another type exactly where each key, read and written again, has the same bytes.</summary>
public class KeySchemaTests
{
    private static readonly Type[] s_forms = [.. FormPairs.Samples.Keys.Where(static form => KeyForm.FaultOf(KeyOf(form)) is null)];

    // What is written alike, and what is not.
    private static readonly Type[] s_types = [typeof(int), typeof(long), typeof(double), typeof(string), typeof(Utf8), typeof(Guid)];

    private static readonly Gen<(string Name, Type Type)[]> s_members = Gen.Select(
        Gen.Shuffle(Enumerable.Range(0, 3).ToArray()), Gen.Int[0, s_types.Length - 1].Array[3], Gen.Int[1, 3],
        static (order, types, count) => order[..count].Select(name => ($"M{name}", s_types[types[name]])).ToArray());

    public static IEnumerable<TheoryDataRow<Type>> Forms => s_forms.Select(form => new TheoryDataRow<Type>(form));

    [Theory]
    [MemberData(nameof(Forms))]
    public void A_member_of_a_key_may_become_another_type_exactly_where_the_bytes_of_each_key_stay(Type then)
    {
        var faults = string.Join('\n', s_forms.Select(now => Fault(then, now)).OfType<string>());
        Assert.True(faults.Length == 0, faults);
    }

    [Fact]
    public void Members_of_a_key_keep_their_names_and_order_and_their_bytes()
        => Gen.Select(s_members, s_members).Sample((then, now) =>
        {
            var isSame = then.Length == now.Length && then.Zip(now).All(
                static pair => pair.First.Name == pair.Second.Name && Allows(KeyOf(pair.First.Type), KeyOf(pair.Second.Type)));
            Assert.Equal(isSame, Allows(MadeTypes.Struct(then), MadeTypes.Struct(now)));
        });

    [Fact]
    public void Writers_of_wider_and_narrower_numbers_take_turns()
    {
        var (wide, narrow) = (SchemaOf(typeof(Key<long>)), SchemaOf(typeof(Key<int>)));
        Assert.True(wide.With(narrow, out var differences, areKeys: true).IsSameAs(wide));
        Assert.Empty(differences);
        Assert.Empty(narrow.DifferencesIfReadAs(wide, areKeys: true));
        Assert.NotEmpty(wide.DifferencesIfReadAs(narrow, areKeys: true));
    }

    private static Type KeyOf(Type member) => typeof(Key<>).MakeGenericType(member);

    private static ValueSchema SchemaOf(Type type) => ValueSchema.Of(type, ValueResolver.Default);

    private static bool Allows(Type then, Type now) => SchemaOf(then).DifferencesIfReadAs(SchemaOf(now), areKeys: true).Count == 0;

    private static string? Fault(Type then, Type now)
    {
        var read = typeof(KeySchemaTests).GetMethod(nameof(AllStay), BindingFlags.NonPublic | BindingFlags.Static)!;
        var stay = (bool)read.MakeGenericMethod(then, now).Invoke(null, null)!;
        var isRight = stay == Allows(KeyOf(then), KeyOf(now));
        return isRight ? null : $"{then} as {now}: {(stay ? "the same, and refused" : "others, and allowed")}";
    }

    private static bool AllStay<TThen, TNow>()
    {
        foreach (var sample in FormPairs.Samples[typeof(TThen)])
        {
            var (before, after) = (new ArrayBufferWriter<byte>(), new ArrayBufferWriter<byte>());
            Serde<Key<TThen>>.Default.Write(new() { Value = (TThen)sample! }, before);
            try
            {
                var read = Serde<Key<TNow>>.Default.Read(before.WrittenMemory);
                Serde<Key<TNow>>.Default.Write(read, after);
                if (!before.WrittenSpan.SequenceEqual(after.WrittenSpan)) return false;
                if (!FormPairs.IsPromised(sample, read.Value, typeof(TThen), typeof(TNow))) return false;
            }
            catch (SerdeException)
            {
                return false;
            }
        }

        return true;
    }

    public struct Key<T>
    {
        public T? Value { get; set; }
    }
}
