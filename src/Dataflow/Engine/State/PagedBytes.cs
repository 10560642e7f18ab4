using System.Buffers;

namespace Dataflow.State;

/// <summary>Bytes that are added in pieces and freed all at once.</summary>
/// <remarks>In pooled pages, so that the garbage collector sees one object instead of thousands. A piece lies on one page. Its place is the
/// page's number and, in the lower half, the offset there: of two places the later is the greater.</remarks>
/// <param name="spare">Free pages to use before new ones, and to return them to; may be shared.</param>
internal sealed class PagedBytes(Stack<byte[]>? spare = null)
{
    private const int FirstPageBytes = 4 << 10;
    private const int MaxPageBytes = 1 << 20;
    private const int Alignment = 8;

    private readonly List<Page> _pages = [];

    /// <summary>The place behind the last piece.</summary>
    public long End => _pages.Count == 0 ? 0 : PlaceOf(_pages.Count - 1, _pages[^1].Used);

    /// <summary>The memory of all pages.</summary>
    public long Bytes { get; private set; }

    /// <summary>Reserves room for a piece.</summary>
    /// <param name="bytes">The piece's length, at least 1.</param>
    /// <returns>The place of the piece. Its content is undefined: write all of it.</returns>
    public long Add(int bytes)
    {
        if (_pages.Count == 0 || _pages[^1].Used + Aligned(bytes) > _pages[^1].Bytes.Length) AddPage(bytes);
        var page = _pages[^1];
        var place = PlaceOf(_pages.Count - 1, page.Used);
        page.Used += Aligned(bytes);
        return place;
    }

    /// <summary>Returns a piece and all that follows it on its page, to be read and written in place; valid until
    /// <see cref="Clear"/>.</summary>
    public ArraySegment<byte> From(long place)
    {
        var bytes = _pages[(int)(place >> 32)].Bytes;
        return new(bytes, (int)place, bytes.Length - (int)place);
    }

    /// <summary>Returns the place of the piece that follows one of the given length.</summary>
    public long After(long place, int bytes)
    {
        var (page, offset) = ((int)(place >> 32), (int)place + Aligned(bytes));
        return page < _pages.Count - 1 && offset >= _pages[page].Used ? PlaceOf(page + 1, 0) : PlaceOf(page, offset);
    }

    /// <summary>Frees all memory.</summary>
    public void Clear()
    {
        foreach (var page in _pages)
        {
            if (spare is not null && page.Bytes.Length == MaxPageBytes) spare.Push(page.Bytes);
            else ArrayPool<byte>.Shared.Return(page.Bytes);
        }

        _pages.Clear();
        Bytes = 0;
    }

    private void AddPage(int bytes)
    {
        var size = Math.Max(Aligned(bytes), _pages.Count == 0 ? FirstPageBytes : Math.Min(_pages[^1].Bytes.Length * 4, MaxPageBytes));
        var isSpare = size == MaxPageBytes && spare is { Count: > 0 };
        _pages.Add(new Page(isSpare ? spare!.Pop() : ArrayPool<byte>.Shared.Rent(size)));
        Bytes += _pages[^1].Bytes.Length;
    }

    private static int Aligned(int bytes) => (bytes + Alignment - 1) & -Alignment;

    private static long PlaceOf(int page, int offset) => ((long)page << 32) | (uint)offset;

    private sealed class Page(byte[] bytes)
    {
        public byte[] Bytes { get; } = bytes;

        public int Used { get; set; }
    }
}
