"""Towns, street names and the words around them, folded: what the address detectors know by heart.

Towns come from the list of the largest towns of Poland, Britain and the United States, written down by hand; a smaller
place is recognised by what stands around it. Street names are the most common ones of the TERYT register.
"""

from __future__ import annotations

from typing import Final


def listed(words: str) -> frozenset[str]:
    """Words of a list that is written as text."""
    return frozenset(words.split())


_TOWNS: Final = listed("""
warszawa krakow lodz wroclaw poznan gdansk szczecin bydgoszcz lublin bialystok katowice gdynia czestochowa radom
sosnowiec torun kielce rzeszow gliwice zabrze olsztyn bielsko-biala bytom rybnik tychy opole elblag plock walbrzych
wloclawek tarnow chorzow koszalin kalisz legnica grudziadz slupsk jaworzno jastrzebie-zdroj siedlce konin pila inowroclaw
lubin ostrowiec suwalki gniezno stargard glogow pabianice leszno zamosc lomza zory elk pruszkow tarnobrzeg chelm mielec
tczew przemysl bedzin zgierz biala piaseczno raciborz legionowo swinoujscie swidnica skierniewice starachowice kutno
zawiercie wejherowo radomsko skarzysko-kamienna krosno debica kolobrzeg nysa otwock ciechanow sieradz myslowice
swietochlowice sopot tarnowskie oswiecim lubon zyrardow minsk wolomin boleslawiec jaroslaw knurow olawa sanok cieszyn
bochnia wieliczka chrzanow malbork rumia olkusz swarzedz sochaczew limanowa zakopane zakopanego zywiec ketrzyn gorlice
mlawa szczytno augustow plonsk pultusk wyszkow ostroleka marki zabki zielonka kobylka jozefow sulejowek karczew konstancin
grodzisk milanowek podkowa komorow brwinow ozarow blonie lomianki nasielsk gostynin sierpc rypin brodnica ilawa ostroda
dzialdowo nidzica mragowo gizycko pisz goldap sokolka hajnowka bielsk lapy grajewo zambrow lukow bilgoraj tomaszow
hrubieszow krasnik pulawy deblin ryki garwolin kozienice pionki szydlowiec opatow sandomierz stalowa nisko lezajsk
lancut przeworsk jaslo brzozow lesko ustrzyki gorzow zielona jelenia nowy nowa piotrkow dabrowa ruda siemianowice piekary
mikolow czechowice pszczyna bierun ledziny czeladz wojkowice lubliniec klobuck myszkow kluczbork brzeg strzelce
kedzierzyn-kozle krapkowice prudnik glubczyce namyslow olesnica trzebnica wolow sroda jawor zlotoryja boguszow
kamienna klodzko zabkowice bielawa dzierzyniow dzierzoniow strzegom swiebodzice zgorzelec luban zagan zary nowogard police
gryfino goleniow szczecinek walcz bialogard drawsko swidwin slawno bytow lebork chojnice czluchow starogard koscierzyna
kartuzy pruszcz puck hel reda kwidzyn sztum braniewo bartoszyce lidzbark wagrowiec oborniki szamotuly nowe wronki
rogozno jarocin krotoszyn ostrow pleszew kepno wielun turek kolo slupca wrzesnia srem koscian gostyn rawicz wolsztyn
ozorow ozorkow aleksandrow konstantynow lask belchatow wieruszow lowicz brzeziny glowno koluszki rawa opoczno konskie
jedrzejow busko pinczow staszow polaniec miechow proszowice skawina myslenice niepolomice wadowice andrychow kety sucha
nowy-targ rabka krynica muszyna szczawnica bukowno trzebinia libiaz brzesko szczucin ropczyce sedziszow kolbuszowa strzyzow
swidnik leczna lubartow parczew wlodawa krasnystaw miedzyrzec terespol radzyn mielno leba ustka jastarnia wladyslawowo
karpacz szklarska wisla ustron szczyrk solec ciechocinek naleczow kazimierz mosina puszczykowo tarnowo suchy kornik buk
zabno monki wolbrom slomniki kalwaria dobczyce swiatniki zabierzow michalowice wieliszew nieporet raszyn janki
lesznowola jablonna zlotow trzcianka czarnkow miedzychod sulecin slubice kostrzyn miedzyrzecz swiebodzin gubin krosno-odrzanskie
""")

# Those whose cases are not made by changing the end alone.
_IRREGULAR: Final = listed("""
bialymstoku bialegostoku sosnowcu sosnowca ostrowcu bedzina lodzi elku belku zywcu zywca otwocku turku mielcu mielca
zielonej stalowej jeleniej nowym nowego nowej bielsku-bialej bielska-bialej bielsku bialej jastrzebiu-zdroju gorach
rudzie rudy dabrowie dabrowy wloclawku wloclawka szczecinku kolobrzegu grudziadzu olsztynie zamosciu zakopanem tychach
oswiecimiu swinoujsciu siedlcach kielcach katowicach gliwicach skierniewicach bydgoszczy poznaniu torunia toruniu radomiu
""")

# Names of more than one word begin with one of these, or end in an adjective.
FIRST_PARTS: Final = listed(
    """
    nowy nowa nowe nowej nowym nowego stary stara stare starej starym wielki wielka wielkie wielkiej maly mala male malej
    zielona zielonej stalowa stalowej jelenia jeleniej ruda rudzie biala bialej bielsko bielsku czarna czarny czarnej
    gorny gorna gorne gornej dolny dolna dolne dolnej dabrowa dabrowie piotrkow piotrkowie tomaszow tomaszowie ostrow
    ostrowie gorzow gorzowie tarnowskie tarnowskich piekary piekarach siemianowice siemianowicach grodzisk grodzisku minsk
    minsku konstantynow aleksandrow sroda srodzie strzelce strzelcach starogard starogardzie pruszcz pruszczu skarzysko
    skarzysku busko busku nowym jastrzebie solec rabka krynica szklarska szklarskiej kamien kamienna kamiennej swieta
    swietej swiety wola woli wolka wolce kocie kocich krosno krosnie lidzbark bielsk kalwaria suchy sucha suchej rawa
    czechowice zielonki ozarow ozarowie podkowa milicz miedzyrzec ustrzyki boguszow kudowa polanica duszniki ladek ciezkowice
    wysokie wysokiem dlugie dluga krzywa zlota zlote zlotej sulejow kazimierz lomianki koscielna glowna
    """
)
ADJECTIVE_ENDS: Final = (
    "ski", "ska", "skie", "skiej", "skim", "cki", "cka", "ckie", "ckiej", "ckim", "dzki", "dzka", "dzkie", "owy", "owa",
    "owe", "lny", "lna", "lne", "zdroj", "zdroju", "gora", "gorze", "gory", "gorach", "sacz", "saczu", "targ", "targu",
    "wola", "woli", "slaska", "slaskie", "wies", "wsi", "dwor", "dworze", "tomysl", "sol", "soli", "huta", "hucie",
    "podlaska", "podlaski", "podlaskiej", "biala", "kozle", "kamienna", "wlkp", "maz", "sl", "mala", "wielka", "gorki",
    "gornicza", "gorniczej", "trybunalski", "trybunalskim", "staw", "mazowiecki", "mazowiecka", "mazowieckim", "koscielna",
    "jezioro", "pole", "brzeg", "most", "moscie", "ruda", "poreba",
)  # fmt: skip

ENGLISH_TOWNS: Final = listed(
    """
    london manchester birmingham leeds glasgow liverpool bristol sheffield edinburgh cardiff belfast newcastle nottingham
    leicester coventry bradford hull plymouth stoke wolverhampton derby southampton portsmouth brighton oxford cambridge
    norwich york bath exeter reading luton swansea aberdeen dundee dublin cork galway limerick croydon slough watford
    swindon bournemouth middlesbrough sunderland blackpool bolton preston ipswich peterborough cheltenham gloucester
    worcester chester lincoln canterbury northampton milton huddersfield doncaster stockport warrington rotherham
    springfield portland boston austin chicago houston phoenix philadelphia dallas denver seattle detroit memphis nashville
    baltimore milwaukee albuquerque tucson fresno sacramento mesa atlanta omaha oakland miami minneapolis tulsa cleveland
    wichita tampa honolulu brooklyn queens bronx manhattan pittsburgh cincinnati orlando buffalo madison richmond
    spokane rochester tacoma arlington jacksonville columbus charlotte indianapolis raleigh anchorage toronto montreal
    vancouver ottawa calgary sydney melbourne brisbane perth adelaide auckland wellington berlin hamburg paris
    """
)

_PERSONS: Final = listed("""
mickiewicza slowackiego sienkiewicza kosciuszki pilsudskiego kopernika chopina reymonta zeromskiego konopnickiej
orzeszkowej prusa norwida matejki moniuszki sikorskiego andersa pulaskiego poniatowskiego sobieskiego jagielly batorego
lokietka kilinskiego traugutta dabrowskiego wybickiego witosa korfantego paderewskiego wyspianskiego kochanowskiego reja
krasickiego fredry tuwima brzechwy staszica kollataja niemcewicza asnyka popieluszki wyszynskiego curie-sklodowskiej
sklodowskiej baczynskiego galczynskiego tetmajera kasprowicza zamenhofa broniewskiego daszynskiego hallera bema lelewela
dlugosza skargi kordeckiego czarnieckiego zolkiewskiego chodkiewicza zamoyskiego hetmanska drzymaly sierakowskiego kraszewskiego
lenartowicza pola makuszynskiego korczaka konarskiego narutowicza okrzei limanowskiego warynskiego dmowskiego mireckiego
grota-roweckiego bora-komorowskiego okulickiego maczka sucharskiego hubala szarych kleeberga dickensa roosevelta
wilsona washingtona armii krajowej ludowej wojska polskiego niepodleglosci wolnosci zwyciestwa pokoju zgody westerplatte
solidarnosci konstytucji jednosci zjednoczenia powstancow obroncow bohaterow kosynierow partyzantow legionow lotnikow
kombatantow marynarzy zolnierzy kolejarzy gornikow hutnikow budowlanych nauczycielska akademicka studencka wronia
tysiaclecia millenium rataja kosciuszkowcow harcerzy harcerska zlotej jesieni roz kwiatow slonca przyjazni mlodosci
krzyzy reja ii wielkiego chrobrego smialego jadwigi krzywoustego herberta milosza szymborskiej lema mrozka gombrowicza
gagarina einsteina beethovena bacha mozarta szopena paderewskiego wieniawskiego karlowicza szymanowskiego oginskiego
rynek rynku glowny glownym wawel planty zaulek przesmyk podwale podgorze polwiejska bukowa piekary garbary grobla
nowolipki nowolipie smolna nowogrodzka mokotowskiej kruczej hozej wspolnej zurawiej
""")

_ADJECTIVES: Final = listed("""
dlug krotk poln lesn sloneczn ogrodow lipow brzozow szkoln koscieln lakow kwiatow sosnow klonow akacjow debow parkow
spacerow cich spokojn ksiezycow kolejow dworcow rzeczn nadrzeczn wodn mlynsk zamkow rynkow targow handlow przemyslow
fabryczn robotnicz gornicz hutnicz warszawsk krakowsk poznansk gdansk wroclawsk lubelsk lodzk katowick torunsk bydgosk
szczecinsk kieleck rzeszowsk opolsk slask pomorsk mazursk mazowieck wielkopolsk malopolsk podgorn gorn doln star now szerok
wask krzyw prost okrezn graniczn poludniow polnocn wschodni zachodni centraln glown wiejsk miejsk zielon bial czerwon zlot
srebrn marszalkowsk pulawsk grochowsk radzyminsk modlinsk wolsk gorczewsk jerozolimsk ujazdowsk swietokrzysk floriansk
grodzk dietl karmelick wielick zakopiansk opolsk piotrkowsk narutowicz swidnick legnick powstanck grunwaldzk jagiellonsk
piastowsk sportow olimpijsk stadionow wczasow morsk nadmorsk baltyck wislan odrzansk sadow wisniow jablon jablonkow sliwow
gruszow malinow jagodow poziomkow jalowcow swierkow modrzewiow jodlow cisow bukow wierzbow topolow kasztanow jesionow olchow
rozan bzow jasminow fiolkow tulipanow chabrow wrzosow makow konwaliow stokrotek liliow irysow konopn zurawi bociani slowicz
skowroncz jaskolcz sarni zajecz rysia lisi wilcz niedzwiedzi orl sokol krancow porann wieczorn letni zimow wiosenn jesienn
majow lipcow sierpniow wrzesniow listopadow pogodn wesol rados tecz teczow promienn gwiezdzist kosmiczn astronautow
lotnicz wojskow strzeleck artyleryjsk husarsk ulansk rycersk krolewsk ksiazec hetmansk szlacheck biskup klasztorn cmentarn
szpitaln apteczn poczt pocztow urzednicz bankow towarow skladow magazynow portow stoczniow zeglarsk ryback mostow
kanalow zrodlan stawow jeziorn wspoln sasiedzk rodzinn domow osiedlow blokow nadbrzezn zarzecz podlesn zalesn zagrodow dworsk
folwarczn pastersk rolnicz zytni pszenn owsian jeczmienn kukurydzian chmieln winn winogronow miodow pszczel
piaskow zwirow kamienn skaln gorsk tatrzansk beskidzk bieszczadzk karpack sudeck babiogorsk giewontow reglow krucz
hoz zurawi mokotowsk filtrow koszykow wilanowsk bonifratersk bernardynsk dominikansk franciszkansk
""")
STREETS: Final = _PERSONS | frozenset(stem + end for stem in _ADJECTIVES for end in ("a", "ia", "ej", "iej", "e", "ie"))
_STREET_ENDS: Final = (
    "skiej", "ckiej", "dzkiej", "skiego", "ckiego", "dzkiego", "owskiej", "iewicza", "owicza", "owej", "ickiej", "skich",
)  # fmt: skip
_NO_STREETS: Final = listed(
    """
    polskiego polskiej angielskiej angielskiego niemieckiej damskiej meskiej krajowej nowej starej nowego bezprzewodowej
     podstawowej gotowej ladowej domowej wersji klubowej osobowej osobowego naszej waszej dodatkowej promocyjnej
    """
) - {"krajowej"}


def streetlike(word: str) -> bool:
    """Whether a folded word is a common name of a Polish street, in any case, or made like one."""
    return word in STREETS or (len(word) >= 8 and word.endswith(_STREET_ENDS) and word not in _NO_STREETS)


_ENDS: Final = (
    "owie", "owi", "owa", "iach", "ach", "iem", "em", "ami", "iu", "ie", "ia", "iej", "ej", "ego", "ym", "im", "ow", "y", "i",
    "u", "a", "e", "o",
)  # fmt: skip
_SHORTEST_STEM: Final = 3


def _stem(word: str) -> str:
    for end in _ENDS:
        if word.endswith(end) and len(word) - len(end) >= _SHORTEST_STEM:
            return word[: -len(end)]
    return word


# Also words of the language: towns only when written with a capital.
_WORDS_TOO: Final = listed(
    """
    nowa nowy nowe nowej nowym biala bialej kamienna zielona zielonej stalowa kolo kola buk lask brzeg brzegu pila pily hel
     zielonka turek police marki marka reda sucha suchy ruda rawa sroda solec srem wisla pisz kety wrzesnia lapy ryki
     gorach solcu ostrow hela lubin krynica nysa zary
    """
)
_TOWN_NAMES: Final = _TOWNS | _IRREGULAR
_TOWN_STEMS: Final = frozenset(map(_stem, _TOWNS))


def town(word: str, *, capital: bool) -> bool:
    """Whether a folded word is a Polish town that we know, in any case; or the first word of one."""
    if word in _WORDS_TOO:
        return capital
    return word in _TOWN_NAMES or (len(stem := _stem(word)) > _SHORTEST_STEM and stem in _TOWN_STEMS)
