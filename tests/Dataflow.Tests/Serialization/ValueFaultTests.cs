using System.Collections.Concurrent;
using Dataflow.Serialization;
using MessagePack;

namespace Dataflow.Tests.Serialization;

/// <summary>What cannot be written so that it comes back is a fault of the plan, which names the member.</summary>
public class ValueFaultTests
{
    [Fact]
    public void Names_each_member_and_what_to_do()
        => Assert.Equal(
            [
                "Type Cart: member 'Queue' is PriorityQueue<String, Int32>, a type of .NET that has no form which can be written. Leave it "
                    + "out with "
                    + "[IgnoreMember], keep what it is made of instead, or give the pipeline UseSerde(...) for it.",
                "Type Cart: member 'Owner' is declared as interface IOwner, which does not say what a value holds. Declare the type "
                    + "itself, or give "
                    + "the pipeline UseSerde(Serde.Polymorphic<IOwner>(...)) with the types that there are.",
                "Type Cart: member 'Anything' is declared as object, which does not say what a value holds. Declare the type itself, or "
                    + "give "
                    + "the pipeline UseSerde(Serde.Polymorphic<Object>(...)) with the types that there are.",
                "Type Cart: what member 'Lines.Tags' holds is declared as abstract Tag, which does not say what a value holds. Declare the "
                    + "type itself, "
                    + "or give the pipeline UseSerde(Serde.Polymorphic<Tag>(...)) with the types that there are.",
                "Type Cart: member 'OnChange' is code (Action<Int32>), which has no bytes. Leave it out with [IgnoreMember], or keep what "
                    + "it is chosen by.",
                "Type Cart: member 'Own' is OwnList, which derives from .NET's List<Int32>, whose content cannot be seen. Leave it out "
                    + "with "
                    + "[IgnoreMember], keep what it is made of instead, or give the pipeline UseSerde(...) for it.",
            ],
            ValueCheck.FaultsOf(typeof(Cart), ValueResolver.Default));

    [Theory]
    [InlineData(typeof(object))]
    [InlineData(typeof(Stream))]
    [InlineData(typeof(Type))]
    [InlineData(typeof(Exception))]
    [InlineData(typeof(Task<int>))]
    [InlineData(typeof(Lazy<int>))]
    [InlineData(typeof(ConcurrentBag<int>))]
    [InlineData(typeof(PriorityQueue<int, int>))]
    [InlineData(typeof(Dictionary<string, object>))]
    [InlineData(typeof(IAsyncEnumerable<int>))]
    [InlineData(typeof(int[,,,,]))]
    [InlineData(typeof((int, Func<int>)))]
    public void Refuses_what_has_no_form(Type type) => Assert.Single(ValueCheck.FaultsOf(type, ValueResolver.Default));

    [Fact]
    public void Advice_to_leave_a_member_out_helps() => Assert.Empty(ValueCheck.FaultsOf(typeof(WithoutMembers), ValueResolver.Default));

    public interface IOwner;

    public abstract class Tag;

    public sealed class OwnList : List<int>;

    public sealed record Line(string Name, List<Tag> Tags);

    public sealed class Cart
    {
        private readonly PriorityQueue<string, int> _queue = new();

        public string Name { get; set; } = "";

        public IOwner? Owner { get; set; }

        public object? Anything { get; set; }

        public List<Line> Lines { get; } = [];

        public PriorityQueue<string, int> Queue => _queue;

        public Action<int>? OnChange { get; set; }

        public OwnList? Own { get; set; }
    }

    public sealed class WithoutMembers
    {
        [IgnoreMember]
        public PriorityQueue<string, int> Queue { get; } = new();

        [IgnoreMember]
        private readonly Action? _changed = null;

        public Action? Changed => _changed;
    }
}
