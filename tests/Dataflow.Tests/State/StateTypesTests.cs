using System.Reflection;
using CsCheck;
using Dataflow.Serialization;
using Dataflow.Testing;
using static Dataflow.Tests.Serialization.MadeTypes;

namespace Dataflow.Tests.State;

/// <summary>State is taken over where the types as they are now read it right, and refused where they would not.</summary>
public sealed class StateTypesTests
{
    private static readonly (string Name, Type Type)[] Fields =
    [
        ("X", typeof(int)), ("Y", typeof(int)), ("Z", typeof(int)), ("Long", typeof(long)), ("Share", typeof(double)),
        ("Small", typeof(short)),
    ];

    private static readonly Gen<(string Name, Type Type)[]> SomeFields =
        Gen.Select(Gen.Shuffle(Fields), Gen.Int[1, 4], (fields, count) => fields[..count]);

    private static readonly Type[] Types =
        [typeof(int), typeof(long), typeof(short), typeof(double), typeof(string), typeof(List<int>), typeof(int?)];

    private static readonly Gen<(string Name, Type Type)[]> SomeTypes =
        Gen.Int[0, Types.Length - 1].Array[1, 3].Select(types => types.Select(static (type, at) => ($"M{at}", Types[type])).ToArray());

    private static readonly Gen<Dictionary<string, int>> SomeNames =
        Gen.Dictionary(Gen.Int[0, 3].Select(number => $"N{number}"), Gen.Int[0, 3])[1, 3]
            .Where(names => names.Values.Distinct().Count() == names.Count);

    [Fact]
    public void A_struct_is_taken_over_where_all_its_members_lie_where_they_lay()
        => Gen.Select(SomeFields, SomeFields).Sample(
            (then, now) => Assert.Equal(then.SequenceEqual(now), Accepts(Struct(then), Struct(now))), iter: 60);

    [Fact]
    public void Values_by_name_are_taken_over_whatever_the_order_of_their_members_and_whichever_there_are()
        => Gen.Select(SomeFields, SomeFields).Sample(
            (then, now) => Assert.True(Accepts(Class(then), Class(now)) && Accepts(ListOf(Struct(then)), ListOf(Struct(now)))), iter: 20);

    [Fact]
    public void An_enum_is_taken_over_where_no_number_has_another_name()
        => Gen.Select(SomeNames, SomeNames).Sample(
            (then, now) =>
            {
                var isRight = then.All(name => !now.TryGetValue(name.Key, out var number) || number == name.Value)
                    && then.All(name => now.All(other => other.Value != name.Value || other.Key == name.Key));
                var (before, after) = (Enum(then), Enum(now));
                Assert.Equal(isRight, Accepts(before, after));
                Assert.Equal(isRight, Accepts(ListOf(before), ListOf(after)));
                Assert.Equal(isRight, Accepts(Class(("State", before)), Class(("State", after))));
                Assert.Equal(isRight, Accepts(Struct(("State", before)), Struct(("State", after))));
                Assert.Equal(isRight, Accepts(before, after, isKey: true));
            },
            iter: 40);

    [Fact]
    public void Members_with_places_are_taken_over_where_no_place_has_another_member()
    {
        var before = Places(("X", 0), ("Y", 1));
        Assert.True(Accepts(before, Places(("Y", 1), ("X", 0), ("Z", 2))));
        Assert.True(Accepts(before, Places(("X", 0))));
        Assert.False(Accepts(before, Places(("X", 1), ("Y", 0))));
        Assert.False(Accepts(before, Places(("X", 0), ("Z", 1))));
    }

    [Fact]
    public void What_lies_in_structs_of_dotnet_and_in_structs_is_seen()
    {
        var (before, after) = (Struct(("X", typeof(int)), ("Y", typeof(int))), Struct(("Y", typeof(int)), ("X", typeof(int))));
        foreach (var generic in (Type[])[typeof(Nullable<>), typeof(ValueTuple<>), typeof(Outer<>)])
            Assert.True(Refusal(generic.MakeGenericType(before), generic.MakeGenericType(after)) is not null, generic.Name);
        Assert.False(Accepts(Struct(("Inner", before)), Struct(("Inner", after)))); // of two types of one name
        Assert.True(Accepts(Struct(("Inner", before)), Struct(("Inner", before))));
    }

    [Fact]
    public void Keys_are_taken_over_where_equal_ones_have_the_bytes_that_they_had()
        => Gen.Select(SomeFields, SomeFields).Sample(
            (then, now) => Assert.Equal(then.SequenceEqual(now), Accepts(Struct(then), Struct(now), isKey: true)), iter: 40);

    [Fact]
    public void A_key_with_another_member_is_told_in_words()
    {
        var before = Struct(("Id", typeof(int)), ("Shop", typeof(string)));
        Assert.True(Accepts(before, Struct(("Id", typeof(long)), ("Shop", typeof(string))), isKey: true));
        Assert.Equal(
            """
            Pipeline 'state': its steps with state are not those of checkpoint 1, which it would carry on from:
            - Value: the key was written as Value of Id, Shop, and is read as Value of Id, Shop, Till here
            Undo the change, or begin anew: give the pipeline a new name, or forget its checkpoints and state (Pipeline.ForgetAsync).
            """,
            Refusal(before, Struct(("Id", typeof(int)), ("Shop", typeof(string)), ("Till", typeof(int))), isKey: true)!.Message);
    }

    [Fact]
    public void The_difference_is_told_with_the_members()
        => Assert.Equal(
            """
            Pipeline 'state': its steps with state are not those of checkpoint 1, which it would carry on from:
            - the checkpoint has   struct Value: X Int32@0, Y Int32@4
            - the pipeline has     struct Value: Y Int32@0, X Int32@4
            Undo the change, or begin anew: give the pipeline a new name, or forget its checkpoints and state (Pipeline.ForgetAsync).
            """,
            Refusal(Struct(("X", typeof(int)), ("Y", typeof(int))), Struct(("Y", typeof(int)), ("X", typeof(int))))!.Message);

    [Fact]
    public void A_member_that_became_another_type_is_told_in_words()
        => Assert.Equal(
            """
            Pipeline 'state': its steps with state are not those of checkpoint 1, which it would carry on from:
            - Value: member 'X' was written as a whole number of 64 bits, and is read as text here
            - Value: member 'Inner.Y' was written as a whole number of 32 bits, and is read as a whole number of 16 bits here
            Undo the change, or begin anew: give the pipeline a new name, or forget its checkpoints and state (Pipeline.ForgetAsync).
            """,
            Refusal(
                Class(("X", typeof(long)), ("Inner", Class("Shop.Inner", ("Y", typeof(int))))),
                Class(("X", typeof(string)), ("Inner", Class("Shop.Inner", ("Y", typeof(short))))))!.Message);

    [Fact]
    public void A_class_is_taken_over_exactly_where_all_members_of_before_are_read()
        => Gen.Select(SomeTypes, SomeTypes).Sample(
            (then, now) =>
            {
                var (before, after) = (Class(then), Class(now));
                var isRight = ValueSchema.Of(before, ValueResolver.Default)
                    .DifferencesIfReadAs(ValueSchema.Of(after, ValueResolver.Default)).Count == 0;
                Assert.Equal(isRight, Accepts(before, after));
                Assert.Equal(isRight, Accepts(ListOf(before), ListOf(after)));
            },
            iter: 40);

    [Fact]
    public void What_a_class_once_had_is_remembered_as_long_as_its_state_is_there()
    {
        var (first, without) = (Class(("X", typeof(int)), ("Y", typeof(int))), Class(("X", typeof(int))));
        Assert.Null(Refusal([first, without, Class(("X", typeof(long)), ("Y", typeof(long)))]));
        Assert.Contains(
            "member 'Y' was written as a whole number of 32 bits, and is read as text here",
            Refusal([first, without, Class(("X", typeof(int)), ("Y", typeof(string)))])!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_class_may_become_a_struct_that_is_not_kept_as_it_lies_in_memory()
    {
        var before = Class(("X", typeof(int)), ("Name", typeof(string)));
        Assert.True(Accepts(before, Struct(("X", typeof(long)), ("Name", typeof(string)), ("Y", typeof(int)))));
        Assert.False(Accepts(before, Struct(("X", typeof(int)))));
    }

    [Fact]
    public void Types_of_one_name_are_told_apart_by_their_namespaces_which_are_shown_where_they_must_be()
    {
        Assert.Contains(
            "the checkpoint has   table: rows: Int32 -> First::Value\n"
            + "- the pipeline has     table: rows: Int32 -> Second::Value\n",
            Refusal(Class("First.Value", ("X", typeof(int))), Class("Second.Value", ("X", typeof(int))))!.Message,
            StringComparison.Ordinal);
        Assert.Contains(
            "rows: Int32 -> One\n- the pipeline has     table: rows: Int32 -> Other\n",
            Refusal(Class("Shop.One", ("X", typeof(int))), Class("Shop.Other", ("X", typeof(int))))!.Message, StringComparison.Ordinal);
        Assert.Contains(
            "rows: Int32 -> StateTypesTests.Left.Value\n- the pipeline has     table: rows: Int32 -> StateTypesTests.Right.Value\n",
            Refusal(typeof(Left.Value), typeof(Right.Value))!.Message, StringComparison.Ordinal);
    }

    private static Type ListOf(Type type) => typeof(List<>).MakeGenericType(type);

    private static bool Accepts(Type then, Type now, bool isKey = false) => Refusal(then, now, isKey) is null;

    private static PlanException? Refusal(Type then, Type now, bool isKey = false) => Refusal([then, now], isKey);

    private static PlanException? Refusal(Type[] versions, bool isKey = false)
    {
        using var log = SimulatedJob.OpenLog();
        log.Append("numbers", [1, 2]);
        foreach (var version in versions[..^1]) Run(version);
        try
        {
            Run(versions[^1]);
            return null;
        }
        catch (PlanException error)
        {
            return error;
        }

        void Run(Type type)
        {
            var name = isKey ? nameof(KeyedBy) : nameof(Keeping);
            var make = typeof(StateTypesTests).GetMethod(name, BindingFlags.NonPublic | BindingFlags.Static)!;
            var pipeline = (Pipeline)make.MakeGenericMethod(type).Invoke(null, null)!;
            var job = SimulatedJob.Start(pipeline, log);
            job.RunUntilIdle();
            job.Checkpoint();
            job.Close();
        }
    }

    private static Pipeline Keeping<T>()
    {
        var pipeline = new Pipeline("state");
        pipeline.From(Topic.Of<int>("numbers")).Select(number => (number, Value: Activator.CreateInstance<T>())).KeyBy(pair => pair.number)
            .Select(pair => pair.Value).ToTable("table");
        return pipeline;
    }

    private static Pipeline KeyedBy<T>()
        where T : struct
    {
        var pipeline = new Pipeline("state");
        pipeline.From(Topic.Of<int>("numbers")).KeyBy(_ => default(T)).ToTable("table");
        return pipeline;
    }

    public struct Outer<T>
    {
        public int Before { get; set; }

        public T Inner { get; set; }
    }

    private static class Left
    {
        public sealed record Value(int X = 1)
        {
            public Value()
                : this(2)
            {
            }
        }
    }

    private static class Right
    {
        public sealed record Value(int X = 1)
        {
            public Value()
                : this(2)
            {
            }
        }
    }
}
