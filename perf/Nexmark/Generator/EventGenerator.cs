namespace Dataflow.Perf.Nexmark;

/// <summary>Makes the events of the auction house: any of them at any time, the same on every machine.</summary>
/// <param name="seed">Which of the many streams.</param>
/// <param name="rate">Events per second of event time.</param>
/// <param name="disorder">How far behind its place in the stream an event's time may lie, in ms.</param>
/// <remarks>Of 50 events the first is a person, the next three are auctions, the others bids. Proportions, hot keys and sizes
/// are those of the public Nexmark generator; every event draws from random numbers of its own.</remarks>
internal sealed class EventGenerator(long seed = 1, long rate = 100_000, long disorder = 0)
{
    /// <summary>When the first event happens: 2015-07-15T00:00:00Z, ms since the Unix epoch.</summary>
    public const long FirstTime = 1_436_918_400_000;

    private const long EventsPerEpoch = 50;
    private const long AuctionsPerEpoch = 3;
    private const long FirstId = 1000;
    private const long ActivePeople = 1000;
    private const long OpenAuctions = 100;
    private const long Ahead = 10; // ids that do not exist yet
    private const long HotSpan = 100; // of so many ids one is hot
    private const long EventsOfAnAuction = 1666; // an auction stays open for as long as these take, on average

    private static readonly long[] Decades = [100, 1000, 10_000, 100_000, 1_000_000, 10_000_000];

    private readonly ulong _family = Draws.Family(seed);

    /// <summary>Makes event number <paramref name="n"/>, from 0.</summary>
    public Event Create(long n)
    {
        var draws = Draws.Start(_family, n);
        var epoch = n / EventsPerEpoch;
        return (n % EventsPerEpoch) switch
        {
            0 => Person(n, epoch, ref draws),
            var place and <= AuctionsPerEpoch => Auction(n, epoch, (AuctionsPerEpoch * epoch) + place - 1, ref draws),
            _ => Bid(n, epoch, (AuctionsPerEpoch * epoch) + AuctionsPerEpoch - 1, ref draws),
        };
    }

    /// <summary>How long after its own time an auction ends, at the most.</summary>
    public TimeSpan LongestAuction => TimeSpan.FromMilliseconds((2 * ((EventsOfAnAuction * 1000 / rate) + 1)) + disorder);

    /// <summary>When an event would happen if there were no disorder, ms since the Unix epoch.</summary>
    public long TimeOf(long n) => FirstTime + (n * 1000 / rate);

    private Person Person(long n, long epoch, ref Draws draws)
    {
        var first = Texts.FirstNames[draws.Below(Texts.FirstNames.Length)];
        var last = Texts.LastNames[draws.Below(Texts.LastNames.Length)];
        var name = $"{first} {last}";
        var user = Texts.Text(ref draws, 7);
        var email = $"{user}@{Texts.Text(ref draws, 5)}.com";
        var card = Card(ref draws);
        var city = Texts.Cities[draws.Below(Texts.Cities.Length)];
        var state = Texts.States[draws.Below(Texts.States.Length)];
        var extra = Extra(200, 16 + name.Length + email.Length + card.Length + city.Length + state.Length, ref draws);
        return new Person
        {
            Index = n,
            DateTime = Time(n, ref draws),
            Id = FirstId + epoch,
            Name = name,
            Email = email,
            Card = card,
            City = city,
            State = state,
            Extra = extra,
        };
    }

    private Auction Auction(long n, long epoch, long number, ref Draws draws)
    {
        var itemName = Texts.Text(ref draws, 20);
        var description = Texts.Text(ref draws, 100);
        var initialBid = Price(ref draws);
        var reserve = initialBid + Price(ref draws);
        var seller = FirstId + (draws.Below(4) > 0 ? epoch / HotSpan * HotSpan : AnyPerson(epoch, ref draws));
        var category = 10 + draws.Below(5);
        var time = TimeOf(n);
        var expires = time + 1 + draws.Below(Math.Max(2 * (TimeOf(n + EventsOfAnAuction) - time), 1));
        var extra = Extra(500, 56 + itemName.Length + description.Length, ref draws);
        return new Auction
        {
            Index = n,
            DateTime = Time(n, ref draws),
            Id = FirstId + number,
            ItemName = itemName,
            Description = description,
            InitialBid = initialBid,
            Reserve = reserve,
            Expires = expires,
            Seller = seller,
            Category = category,
            Extra = extra,
        };
    }

    private Bid Bid(long n, long epoch, long lastAuction, ref Draws draws)
    {
        var auction = FirstId + (draws.Below(2) > 0 ? lastAuction / HotSpan * HotSpan : AnyAuction(lastAuction, ref draws));
        var bidder = FirstId + (draws.Below(4) > 0 ? (epoch / HotSpan * HotSpan) + 1 : AnyPerson(epoch, ref draws));
        var price = Price(ref draws);
        var channel = draws.Below(2) > 0
            ? Texts.ColdChannels + draws.Below(Texts.Channel.Length - Texts.ColdChannels)
            : draws.Below(Texts.ColdChannels);
        var extra = Extra(100, 32, ref draws);
        return new Bid
        {
            Index = n,
            DateTime = Time(n, ref draws),
            Auction = auction,
            Bidder = bidder,
            Price = price,
            Channel = Texts.Channel[channel],
            Url = Texts.Url[channel],
            Extra = extra,
        };
    }

    private long Time(long n, ref Draws draws) => disorder == 0 ? TimeOf(n) : TimeOf(n) - draws.Below(disorder + 1);

    private static long Price(ref Draws draws)
    {
        var decade = Decades[draws.Below(Decades.Length)];
        return decade + draws.Below(9 * decade);
    }

    private static long AnyPerson(long epoch, ref Draws draws)
    {
        var people = epoch + 1;
        var active = Math.Min(people, ActivePeople);
        return people - active + draws.Below(active + Ahead);
    }

    private static long AnyAuction(long last, ref Draws draws)
    {
        var oldest = Math.Max(last - OpenAuctions, 0);
        return oldest + draws.Below(last - oldest + 1 + Ahead);
    }

    /// <summary>Fills an event up to about the size that its kind should have.</summary>
    private static Utf8 Extra(int target, int used, ref Draws draws)
    {
        var wanted = target - used;
        var spread = wanted / 5;
        var length = wanted - spread + draws.Below(2 * spread);
        return Texts.Slice(ref draws, length);
    }

    private static string Card(ref Draws draws)
        => string.Create(19, draws.Below(10_000_000_000_000_000), static (card, number) =>
        {
            for (var i = card.Length - 1; i >= 0; i--)
            {
                if (i % 5 == 4)
                {
                    card[i] = ' ';
                    continue;
                }

                card[i] = (char)('0' + (number % 10));
                number /= 10;
            }
        });
}
