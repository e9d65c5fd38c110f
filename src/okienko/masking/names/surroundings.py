"""What stands around names in both languages, folded: messages mix them, so each detector knows all of it."""

from __future__ import annotations

from typing import Final

# A word with a capital directly after one of these may be a surname, even if it is an ordinary word.
NEAR: Final = """
dla bez od ode do z ze o u przez przekazac przekazcie przekaz wpisac dopisac zapytac poprosic poprosze upowazniam
upowaznic powiadomic poinformowac zawiadomic wysylalem rozmawialem rozmawialam przy prosze for with from to by add ask
called contact contacted tell told speak spoke spoken speaking met asked notify authorise authorize inform contacting
emailed email calling call texted paid pay against meet let na under znac daj dajcie czyli namely
"""

# What follows these is a place before it is a person.
PLACES: Final = """
w we miasto miasta miescie wies wsi gmina gminie powiat in at near city town county
"""

# What follows these is a title or a product.
WORKS: Final = """
kolor koloru kolorze zestaw zestawu zestawie model fotel fotela fotele lampy krzeslo stol film filmu filmie filmem
ksiazka ksiazke ksiazki lektura lekture serial serialu sklep sklepu sklepie perfumy krem kremu hotel hotelu hotelem
restauracja restauracji kwiat kwiaty kwiatow marka marki marke modelu firma firmy firmie lampa lampe sofa sofe kanapa
sukienka sukienke buty gra gre ksiazce swieto swieta album plyta plyte herbata herbate tort wodka wodke piwo pralka
pralke wino czekolada program aplikacja aplikacji kolekcja kolekcji movie book song brand shop store series show
perfume app browser feature company called zaslony zaslona zaslon posciel poscieli wozek wozka wozku komoda komode
komody stolik stolika szafa szafe szafka szafke regal regalu dywan dywanu dywanik lozko lozka materac materaca koc
koca obrus obrusu firana firany firanki roleta rolety poduszka poduszke narzuta narzute zegarek zegarka torebka
torebke torba torbe plecak plecaka kurtka kurtke plaszcz plaszcza bluza bluze koszula koszule spodnie sweter swetra
pierscionek naszyjnik bransoletka kolczyki rower rowerek hulajnoga fotelik lalka lalke tusz szminka szminke odkurzacz
odmiana odmiany tapeta tapete plytki panele zastawa serwis talerze sandaly kozaki szpilki botki balerinki wzor wzoru
linia linii seria curtains curtain bedding pram stroller rug wardrobe cabinet dress shoes boots jacket collection
chair table lamp bed mattress sofa kettle cushion blanket handbag backpack earrings necklace bracelet dom suszarka
suszarke suszarki drukarka drukarke drukarki swieca swiece wino piwo sezon sezonu odcinek odcinka odcinki bajka bajke
bajki spektakl spektaklu musical opera opere opery audiobook audiobooka ebook ebooka powiesc powiesci komiks komiksu
komedia komedie animacja animacje season episode novel audiobook musical opera cartoon plyn plynu proszek proszku lody
chipsy kawa kawe kawy szampon mydlo mydla pasta paste piwa sok soku ksiazeczka serie szafki szafce szafek kozakow
polka polke polki ekspres ekspresu mikser miksera slownik slownika podrecznik podrecznika encyklopedia encyklopedii
atlas wiersze wierszy poemat dramat dramatu tomik podcast podcastu apteka pierniki wafle baton pizzeria
"""

# What follows these is named for somebody: a street, a school, a church.
STREETS: Final = """
przystanek przystanku przystanki paczkomat paczkomatu paczkomacie lotnisko lotniska lotnisku szpital szpitala szpitalu
szpitalem parafia parafii parafie szkola szkoly szkole liceum gimnazjum technikum uniwersytet uniwersytetu
uniwersytecie politechnika politechniki hala hali muzeum teatr teatru teatrze filharmonia filharmonii stadion stadionu
stadionie dworzec dworca dworcu kosciol kosciola kosciele kaplica kaplicy cmentarz cmentarza cmentarzu pomnik pomnika
park parku im kopalnia kopalni elektrownia elektrowni wzgorze wzgorza pasaz zaulek trakt airport stadium ul ulica
ulicy ulice aleja alei aleje al plac placu pl osiedle osiedlu os rondo ronda rondzie most bulwar skwer street road
avenue lane
"""

# What people do: before one of these even a name that is a word is a person at the beginning of a sentence.
SAID: Final = """
powiedzial powiedziala mowil mowila mowi twierdzi twierdzil twierdzila dzwonil dzwonila zadzwonil zadzwonila napisal
napisala obiecal obiecala odebral odebrala zamowil zamowila kupil kupila prosi prosil prosila dostal dostala czeka
moze mogla mogl widzi placi placil rezygnuje zaprosil zaprosila przekazal przekazala zalozyl zalozyla dala dal
poprosil poprosila odeslal odeslala prowadzil prowadzila prowadzi pomogl pomogla pomaga obsluguje obslugiwal
obslugiwala przyjechal przyjechala odmowil odmowila chodzi jedzie jechal jechala zgubil zgubila placila kupuje zamawia
zamawial zamawiala wpisal wpisala zwrocil zwrocila wyslal wyslala zaplacil zaplacila podpisal podpisala odpisal
odpisala zapewnil zapewnila pracuje mieszka chce chcial chciala potwierdzil potwierdzila said says told called phoned
rang promised asked wrote replied answered ordered bought signed helped emailed confirmed works paid refused assured
explained wants insisted texted here speaking tutaj sent gave got asked forgot left moved took hung lied
"""

# And what people are: `Maja z infolinii`, `rose from support`.
DESKS: Final = """
infolinii obslugi dzialu salonu reklamacji serwisu biura recepcji banku sklepu firmy czatu helpdesku ksiegowosci
oddzialu punktu magazynu poczty support billing customer team accounts helpdesk sales reception service store shop
branch office complaints returns chat
"""

# English words for things that a name stands before: `Oliver armchair`, `the Amanda rug`.
GOODS: Final = """
armchair sofa couch chair table desk bed mattress frame headboard bookcase bookshelf shelf shelves wardrobe dresser
drawer drawers cabinet sideboard bench stool ottoman footstool mirror rug carpet curtain curtains blind blinds cushion
cushions pillow duvet bedding throw blanket towel towels lamp light lights chandelier vase candle clock kettle toaster
blender hoover vacuum mixer oven fridge freezer dishwasher hob cooker pan pans pot pots mug mugs plate plates bowl
bowls tumbler bottle bottles flask lunchbox knife knives cutlery dress dresses skirt blouse shirt shirts top tee
jumper sweater cardigan coat jacket parka jeans trousers leggings shorts socks tights bra bikini swimsuit pyjamas
nightdress shoes shoe boots boot heels sandals slippers trainers sneakers loafers bag bags handbag tote purse wallet
backpack rucksack suitcase luggage belt scarf hat gloves watch ring rings bracelet necklace earrings pendant
sunglasses glasses perfume fragrance lipstick mascara foundation cream serum shampoo soap lotion polish doll dolls toy
toys teddy puzzle game figure figurine pram stroller buggy cot crib highchair bike bicycle scooter helmet tent
barbecue grill mower drill phone tablet laptop keyboard headset headphones speaker monitor printer router camera case
cover strap charger cable model range collection series set kit bundle edition colour color size wallpaper paint tile
tiles tap sink bath basin toilet shower door window roses rose tulips bulbs bulb seeds plant plants tree shrub apples
pears potatoes tomatoes wine beer gin whisky whiskey rum vodka tea coffee chocolate chocolates biscuits cake cakes
cheese sauce rice pizza salad soup cereal yoghurt card cards app account plan tariff branch hotel inn pub cafe
restaurant store shop centre center station street road park movie film series show song album book novel audiobook
ebook dvd tickets trailer season episode doors kitchen sideboards tables chests lamps candles mirrors stools benches
bedside sofas armchairs wallpapers charm charms cardigans jumpers sweaters skirts blouses coats jackets hats scarves
wallets purses watches backpacks prams cots tents bikes helmets heater radiator freezers microwave grinder teapot jug
jar jars tin tins tray trays basket baskets rack hook hooks lock locks handle handles hinge hinges panel panels drape
drapes sheet sheets pillowcase quilt mop broom bin bins ladder shed swing slide trampoline pool hose pump filter
filters socket adapter sunscreen conditioner toothbrush razor choker locket anklet brooch pyjama onesie bodysuit
romper bib sneaker sandal slipper clogs pillows duvets ovens
"""

# Before one of these nobody is meant: `my Bill`, `your Will`.
OWNERS: Final = "my your our this that these those his her their its any every each"

# Saints: what follows is a church, a street, a day.
SAINTS: Final = "swiety swieta swietego swietej swietemu swietym swieto sw st saint santa san"

# A word for a journey somewhere in the message, and towns are no people in it.
TRAVELS: Final = """
jechal pojechal jedzie live living mieszkam train trains flight flights bus coach ferry fly flying flew travel
travelling trip moved moving relocated driving airport station heathrow gatwick pociag pociagiem lot lotu loty autobus
autobusem bus busem wycieczka wycieczki wyjazd przeprowadzka przeprowadzilam przeprowadzilem jade jedziemy lece lecimy
podroz
"""

# The zodiac, and the words that speak of it.
ZODIAC: Final = """
baran barana baranem byk byka bykiem bliznieta blizniat rak raka rakiem lew lwa lwem panna panny panne panna waga wagi
wage skorpion skorpiona strzelec strzelca koziorozec koziorozca wodnik wodnika ryby ryb aries taurus gemini cancer leo
virgo libra scorpio sagittarius capricorn aquarius pisces
"""
STARS: Final = """
horoskop horoskopu horoskopy zodiak zodiaku znak znaku horoscope zodiac sign
"""

# Words in front of a stranger with a capital who is asked for: `ask for`, `speak to`, `zadzwonić do`.
ASKS: Final = """
ask asked asking speak spoke spoken speaking talk talked talking poprosic poprosze zapytac rozmawialem rozmawialam
rozmawiac rozmowie rozmowa gadalem gadalam rozmawialismy
"""

# Products, works and people of stories that bear the names of people, towns that do, and days.
BRANDS: Final = """
tommy hilfiger, calvin klein, hugo boss, harry potter, harrym potterem, harryego pottera, harrego pottera, jack
daniels, jack daniel, johnnie walker, jim beam, captain morgan, tom tailor, ralph lauren, michael kors, marc jacobs,
paco rabanne, giorgio armani, daniel wellington, max factor, mary kay, karl lagerfeld, louis vuitton, yves rocher,
yves saint laurent, estee lauder, charlotte tilbury, pierre cardin, jimmy choo, wells fargo, charles schwab, morgan
stanley, jp morgan, john deere, jo malone, leroy merlin, laura ashley, chuck taylor, air jordan, nike jordan, stan
smith, irena eris, belle epoque, cath kidston, orla kiely, jack and jones, tiger tim, romer king, jan niezbedny, ben
jerry, ben and jerry, uncle ben, uncle bens, doc martens, dr martens, dr oetker, dr pepper, aunt bessie, mr kipling,
mr muscle, mrs hinch, earl grey, lady grey, stella artois, stella rosa, victoria sponge, victoria secret, victoria
secrets, ted baker, paul smith, kate spade, michael hill, vivienne westwood, stella mccartney, carolina herrera,
elizabeth arden, helena rubinstein, bobbi brown, laura mercier, bobby brown, jean paul gaultier, thierry mugler, issey
miyake, hermes paris, coco chanel, marks spencer, marks and spencer, john lewis, harvey nichols, fred perry, ben
sherman, jack wills, jack jones, jack wolfskin, helly hansen, franklin marshall, lee cooper, peter england, philipp
plein, tory burch, tom ford, jamie oliver, gordon ramsay, mercedes benz, alfa romeo, aston martin, rolls royce, harley
davidson, land rover, ford mondeo, opel corsa, opel adam, seat leon, renault clio, kia rio, ashley madison, tim
hortons, papa john, papa johns, jimmy john, carl jr, wendys, charles tyrwhitt, san francisco, los angeles, san diego,
san jose, new york, santa barbara, las vegas, santa claus, san antonio, santa monica, saint louis, st albans, st
helens, st andrews, st ives, st pancras, kings cross, black friday, swiety mikolaj, swietego mikolaja, swietym
mikolajem, boze narodzenie, bozego narodzenia, bozym narodzeniem, bozemu narodzeniu, bielsko biala, bielska bialej,
bielsku bialej, victoria station, nowy targ, zielona gora, tort sachera, tortu sachera, torcik sachera, pan tadeusz,
pana tadeusza, panu tadeuszu, pan samochodzik, ania z zielonego wzgorza, ani z zielonego wzgorza, anie z zielonego
wzgorza, kubus puchatek, kubusia puchatka, kubusiem puchatkiem, bob budowniczy, boba budowniczego, strazak sam,
strazaka sama, strazakiem samem, listonosz pat, listonosza pata, swinka peppa, myszka miki, pippi langstrumpf, anna
karenina, anny kareniny, anne karenine, lara croft, forrest gump, forresta gumpa, jane eyre, emma woodhouse, ted
lasso, super mario, mario kart, mario bros, jack sparrow, james bond, jamesa bonda, indiana jones, indiany jonesa,
bridget jones, dziennik bridget, sherlock holmes, sherlocka holmesa, hercule poirot, john wick, johna wicka, tony
soprano, walter white, jack reacher, jacka reachera, luke skywalker, darth vader, anakin skywalker, peter pan, piotrus
pan, piotrusia pana, tom sawyer, tomek sawyer, tomka sawyera, oliver twist, olivera twista, david copperfield, robin
hood, robin hooda, robinson crusoe, don kichot, don kichota, romeo i julia, romea i julii, romea i julie, romeo and
juliet, mary poppins, alice in wonderland, alicja w krainie, alicji w krainie, jas i malgosia, jasia i malgosi, hannah
montana, rick and morty, tom and jerry, tom i jerry, thelma and louise, bonnie and clyde, kate and leopold, barry
lyndon, billy elliot, erin brockovich, thomas the tank, fireman sam, postman pat, bob the builder, peppa pig, mickey
mouse, donald duck, kaczor donald, bart simpson, homer simpson, johnny bravo, scooby doo, marvelous mrs maisel, mrs
maisel, mrs doubtfire, mrs brown, grey anatomy, greys anatomy, gilmore girls, emily in paris, emily w paryzu, veep,
killing eve, better call saul, zadzwon do saula, daisy jones, anna nicole, chlopaki z baraniej, sami swoi, kevin sam w
domu, kevina samego, kevin home alone, klan, janosik, karol wojtyla, jan pawel ii, jana pawla ii, janowi pawlowi ii,
maria curie, marie curie, fryderyka chopina, mikolaja kopernika, adama mickiewicza, juliusza slowackiego, henryka
sienkiewicza, tadeusza kosciuszki, jozefa pilsudskiego, kazimierza wielkiego, stefana batorego, ace ventura, addams
family, alan wake, alfa giulia, ally mcbeal, andrzej kmicic, andrzeja kmicica, anna delvey, anne frank, anne of green
gables, annie hall, antonio banderas, arthur morgan, arya stark, austin powers, baby annabell, being john malkovich,
ben and holly, ben holly, ben hur, ben i holly, benjamin button, benjamina buttona, betty crocker, bilbo baggins,
black and decker, black decker, bolek i lolek, boleslawa chrobrego, bolka i lolka, britney spears, bruce wayne, bruno
banani, buffy summers, calvina kleina, captain america, captain marvel, carlito s way, cezarego baryki, cezary baryka,
charlie and lola, charlie chocolate, charlie i fabryka czekolady, charlie i lola, chevrolet camaro, chevrolet cruze,
chris redfield, christian dior, christian louboutin, christiana diora, citroen berlingo, citroen xsara, clark kent,
cristiano ronaldo, dacia duster, dacia logan, dacia sandero, daniel tiger, daniela wellingtona, danielowy tygrysek,
david beckham, dexter morgan, dextera morgana, doctor strange, doctor who, doktor house, doktor strange, doktor who,
doktora housea, doktora strangea, don draper, donnie darko, donniego darko, dorian gray, doriana graya, dr beckmann,
dr brown, dr browns, dr house, dr max, dr scholl, dr strange, duke nukem, dziadek do orzechow, dziecka rosemary,
dziecko rosemary, dziennik anny frank, dziennika anny frank, edward nozycoreki, edward scissorhands, edwarda
nozycorekiego, elena gilbert, elizabeth bennet, elizy orzeszkowej, everybody hates chris, fiat panda, fiat punto, fiat
tipo, fitzwilliam darcy, ford fiesta, ford focus, ford kuga, frank underwood, franka kimono, franklin i przyjaciele,
freddy krueger, frodo baggins, geralt z rivii, geralta z rivii, giacomo conti, gino rossi, gora kalwaria, gory
kalwarii, gorze kalwarii, guy laroche, hank moody, hannah baker, hannibal lecter, hans kloss, hansa klossa, henry
danger, hugo bossa, hyundai elantra, hyundai kona, inventing anna, irene eris, ireny eris, ireny sendlerowej, izabela
lecka, izabeli leckiej, jacek soplica, jack link, jack links, jacka soplicy, jackie brown, jakub wedrowycz, jana
kochanowskiego, jana matejki, jana niezbednego, jankiem muzykantem, janko muzykant, jas fasola, jasia fasoli, jasiem
fasola, jean louis david, jeffrey dahmer, jelenia gora, jelenia gore, jeleniej gorze, jerry maguire, jesse pinkman,
jessica fletcher, jessica jones, jill valentine, jim bean, joe goldberg, john dutton, john marston, john rambo,
johnniego walkera, johnny english, johnny walker, johnson and johnson, johnson baby, johnsons baby, jon snow, jona
snowa, josef seibel, julie and julia, julie i julia, julius k9, jurand ze spychowa, juranda ze spychowa, kajka i
kokosza, kajko i kokosz, kapitan ameryka, kapitan bomba, kapitan marvel, kapitana ameryki, kia picanto, kim possible,
king richard, konrad wallenrod, konrada wallenroda, kot filemon, kota filemona, koziolek matolek, koziolka matolka,
kramer contra kramer, lady bird, leon kennedy, leslie knope, levi strauss, lista schindlera, liste schindlera, listy
schindlera, little nicholas, lotnisko chopina, louie i yoko, luke cage, madame bovary, magda m, magdy m, malcolm in
the middle, malcolm x, marc o polo, marco polo, marii curie, marii konopnickiej, marii sklodowskiej, masha and the
bear, masza i niedzwiedz, maszy i niedzwiedzia, max and ruby, max i ruby, max payne, melissa and doug, mercedes vito,
meredith grey, michael myers, michael scott, michaela korsa, michal wolodyjowski, mis uszatek, misia uszatka, miss
marple, mlodego sheldona, mlody sheldon, moby dick, moby dicka, monte christo, monte cristo, mr bean, mr darcy, mr
proper, naomi campbell, nathan drake, nina ricci, nissan juke, nissan micra, norman bates, nowy dwor, nowy sacz, nurse
jackie, ojca mateusza, ojciec mateusz, ojcu mateuszu, olivia benson, opel astra, opel insignia, opel meriva, opel
vectra, opel zafira, pan hilary, pan kleks, pan maluskiewicz, pan wolodyjowski, pana hilarego, pana kleksa, pana
wolodyjowskiego, panem kleksem, pani bovary, pani walewska, pani walewskiej, panna marple, panny marple, papa smerf,
papy smerfa, pat i mat, perry mason, peter parker, pierre balmain, prince polo, private ryan, rachel green, ralpha
laurena, ray donovan, renault kadjar, renault laguna, renault megane, roberto cavalli, rocky balboa, rodzina addamsow,
rodzine addamsow, rodziny addamsow, romeo giulia, rosemary s baby, ross geller, ryszarda kapuscinskiego, sabrina
nastoletnia czarownica, sabrina the teenage witch, saint lucia, saint tropez, sally hansen, salvatore ferragamo, sam
fisher, samo zycie, san juan, san marino, san remo, san sebastian, sankt petersburg, santa cruz, santa maria, sara
lee, sarah jessica parker, sasiedzi pat i mat, saul goodman, schindler s list, seat alhambra, seat cordoba, seat
ibiza, sheldon cooper, skoda fabia, skoda felicia, skoda karoq, skoda octavia, smith and wesson, sophie s choice, st
lucia, st moritz, st petersburg, stanislaw wokulski, stanislawa moniuszki, stuart little, stuart malutki, szeregowca
ryana, szeregowiec ryan, thelma i louise, thomas shelby, tom tailora, tomem tailorem, tommy jeans, tommy shelby,
tommyego hilfigera, tony chocolonely, tony stark, tonys chocolonely, toyota carina, toyota yaris, truman show, two and
a half men, tytus romek i atomek, ugly betty, veronica mars, vicky cristina barcelona, volkswagen polo, vw polo,
wallace and gromit, wallace i gromit, wednesday addams, wielka orkiestra, wilkinson sword, willego wonki, willy wonka,
wladyslawa jagielly, wybor zofii, wyboru zofii, young sheldon, zbyszko z bogdanca, zosi samosi, zosia samosia, zosie
samosie, zycie davida gale, goldman sachs, j p morgan, ernst and young, ernst young, ernst i young, mamma mia, george
foreman, carlo rossi, lincoln navigator, lincoln continental, lincoln aviator, valentines day, mothers day, fathers
day, st patricks day, new years eve, st georges day, st davids day, matka boska, matki boskiej, matke boska, matko
boska, matce boskiej, mon fri, mon sat, mon sun, mon thu, tue fri, tue sat, tue sun, wed sun, thu sun, fri sun, fri
sat, sat sun, mcdonald s, levi s, black red white, canal plus, top gun, w kruk, dear santa, victoria s secret, na
mikolajki, w mikolajki, na andrzejki, w andrzejki, hope you, hope this, hope that, chase the refund, chase up, chase
it, mark my words, taylor made, jysk i agata, meble agata, agata meble, salonie agata, salon agata, hbo max,
krakowskim przedmiesciu, krakowskie przedmiescie, krakowskiego przedmiescia, nowym swiecie, nowy swiat, nowego swiatu,
aleje jerozolimskie, alejach jerozolimskich, alei jerozolimskich, wall street, king street, queen street, baker
street, oxford street, regent street, bond street, carnaby street, fleet street, downing street, fifth avenue, madison
avenue, park lane, drury lane, brick lane, covent garden, leicester square, russell square, sloane square, union
square, times square, trafalgar square, victoria line, jubilee line, charing cross, james street, george street,
princes street, prince street, queen mary, king charles, johns hopkins, lloyds bank, barclays bank, raymond weil,
patek philippe, vera wang, donna karan, oscar de la renta, diane von furstenberg, tommy bahama, perry ellis, kenneth
cole, steve madden, sam edelman, nine west, eddie bauer, abercrombie and fitch, abercrombie fitch, brooks brothers,
anna sui, betsey johnson, rebecca minkoff, alexander mcqueen, alexander wang, roberto coin, emporio armani, jean
patou, elie saab, karl kani, pepe jeans, pierre hermes, gerry weber, betty barclay, thomas sabo, fred olsen, arthur
andersen, william lawsons, william lawson, jameson irish, don julio, jose cuervo, diplomatico reserva, charles
heidsieck, henkell trocken, carlo gavazzi, mr clean, mr porky, mr kleen, mrs butterworth, mrs fields, mrs meyers, aunt
jemima, little debbie, marie callender, jimmy dean, oscar mayer, trader joes, trader joe, duncan hines, orville
redenbacher, chef boyardee, uncle tom, ben jerrys, famous amos, amys kitchen, newmans own, jack in the box, el pollo
loco, wendys burger, jersey mikes, jimmy johns, johnny rockets, carls jr, ruby tuesday, ruby tuesdays, max mara, max
power, baby jogger, peg perego, britax romer, melissa doug, ben ten, dora the explorer, dora poznaje swiat, noddy and,
clifford the, curious george, ciekawski george, rudolf czerwononosy, pszczolka maja, pszczolki mai, pszczolke maje,
krolewna sniezka, krolowa sniegu, czerwony kapturek, kot w butach, tomek w krainie, ania z avonlea, dzieci z
bullerbyn, detektyw pozytywka, mikolajka tom, biuro detektywistyczne, lassego i mai, lasse i maja, elsa i anna, anna i
elsa, elsy i anny, kraina lodu, krainy lodu, quo vadis, lalka prusa, nad niemnem, zemsta fredry, moralnosc pani
dulskiej, pani dulska, pani dulskiej, doktor zywago, mistrz i malgorzata, mistrza i malgorzaty, mistrzu i malgorzacie,
cierpienia mlodego wertera, kod leonarda da vinci, leonardo da vinci, m jak milosc, czterej pancerni, janek kos,
stawka wieksza, king kong, king crimson, queen elizabeth, mary celeste, rick i morty, bojack horseman, father brown,
miss scarlet, mr robot, mr selfridge, mr and mrs smith, nancy drew, dawsons creek, will and grace, mike and molly,
dharma and greg, king of queens, magnum pi, hunter x hunter, max steel, marcus fenix, samus aran, sonic the hedgehog,
ratchet and clank, jak and daxter, gta san andreas, san andreas, tom clancys, tony hawks, madden nfl, sid meier, sid
meiers, carmen sandiego, leisure suit larry, lego harry, lego indiana, jfk airport, john lennon airport, charles de
gaulle, john wayne airport, plac wilsona, placu wilsona, rondo dmowskiego, ronda dmowskiego, plac konstytucji, rondo
daszynskiego, ronda daszynskiego, dworzec wilenski, galeria krakowska, galerii krakowskiej, stary browar, zlote
tarasy, zlotych tarasach, saska kepa, saskiej kepie, nowa huta, nowej hucie, stare bielany, jacob s crackers, jacob s
creek, gordon s gin, mcvitie s, campbell s soup, campbells soup, bell s whisky, bailey s, mr sheen, tate and lyle,
lloyd grossman, loyd grossman, emma bridgewater, sophie allport, joseph joseph, florence and fred, fortnum and mason,
fortnum mason, robert dyas, sally beauty, hargreaves lansdown, hastings direct, victoria and albert, madame tussauds,
alton towers, royal albert hall, st james park, frankie and benny s, frankie and bennys, jamie s italian, prince
charles cinema, penny lane, milton keynes, weston super mare, berwick upon tweed, saint helens, isle of man, marthas
vineyard, santa fe, little rock, virginia beach, jefferson city, madison square, rockefeller plaza, rockefeller
center, reagan national, bury st edmunds, kings lynn, great yarmouth, sutton coldfield, leamington spa, tunbridge
wells, market harborough, burton upon trent, stratford upon avon, ashton under lyne, barrow in furness, bishops
stortford, st annes, fort wayne, fort worth, fort collins, fort lauderdale, grand rapids, des moines, cedar rapids,
sioux falls, baton rouge, corpus christi, palm springs, long beach, colorado springs, salt lake city, kansas city,
oklahoma city, jersey city, carson city, daly city, newport news, chapel hill, winston salem, santa rosa, santa ana,
santa clara, san bernardino, san mateo, san rafael, el paso, west palm beach, bowling green, green bay, ann arbor,
rapid city, idaho falls, twin falls, niagara falls, wichita falls, ani mru mru, boscastle, stanley tools, george home,
burns night, guy fawkes, virgin money, cathedral city, walkers crisps, hunter boots, henry hoover
"""

# What stands behind an article is a thing, unless it is a given name with a surname.
ARTICLES: Final = "the a an"

# Companies and products that bear the names of people: never a person by themselves.
FIRMS: Final = """
adidas adobe alexa allegro amazon amica android apple armani asus audi bluetooth bosch braun canon casio chanel chrome
cortana dell dhl dior disney docs dyson ebay edge electrolux excel facebook firefox ford gmail google gucci honda hp
huawei ikea inpost instagram intel iphone java jysk kia lego lenovo levis lidl linkedin linux logitech mac macbook
mastercard mazda mercedes microsoft mozilla netflix nike nintendo nivea nokia office olx opel oracle orange orlen
outlook paypal peugeot philips pixel play playstation porsche prada puma qr renault revolut rossmann safari samsung
siemens siri skoda skype slack smart sony spotify steam surface suzuki teams tesco tesla toyota twitter uber ubuntu
ups hermes nando nandos barclays lloyds santander klarna stripe evri kross beckers barbie hasbro mattel dulux josera
purina whiskas pedigree versace viber vinted visa volvo whatsapp wifi windows wittchen stiga word xbox xiaomi yahoo
yamaha youtube zalando zara zelmer zoom grycan wedel jacobs ariel ziaja lays benz cisco seppa sepa oauth exo hulu
heinz hbo laserjet deskjet officejet mcdonalds kfc starbucks heineken carlsberg guinness smirnoff lavazza tchibo
nescafe nespresso krups moulinex rowenta tefal delonghi gorenje indesit grundig blaupunkt haier hisense pioneer denon
bose sennheiser jabra garmin fitbit suunto festina tissot rolex seiko swarovski cartier bulgari burberry lacoste
timberland reebok asics salomon quiksilver uniqlo bershka reserved mohito orsay deichmann shein temu aliexpress
sephora clinique lancome guerlain loreal maybelline bourjois inglot bielenda rexona pampers huggies danone nestle
milka lindt ferrero nutella kelloggs haribo knorr michelin goodyear pirelli bridgestone dunlop castrol vattenfall
tauron netia polsat tidal deezer twitch discord telegram tiktok snapchat pinterest glovo wolt deliveroo airbnb ryanair
lufthansa easyjet flixbus sonos roborock roomba viessmann vaillant junkers makita metabo stihl husqvarna gardena
karcher hebe sonko soplica enea cropp grzeski dosia cmielow hovis tussauds patak pataks
"""

# No names, although the table has people who are called so: wishes, a law and a number, neighbours, a people.
NO_NAMES: Final = """
milego milej nice dobrego dobrej spokojnego udanego przemila przemily rodo iban litwie litwy litwe czechy czech
czechach czechom polacy polakow polakom polakami polakach dzial dziale dzialow obsluga obsluge obslugi obsludze
obslugo zespole redakcjo sklepie boze bozia mikolajki mikolajkach hejka hejo siemka elo million panowie ursynow
ursynowie ursynowa
"""

# With one of these, or a greeting, a salutation begins: `Dzień dobry, …`.
SALUTES: Final = "dzien dobry good klaniam drodzy szanowni panie panowie"

# Stand inside surnames: Maria de la Cruz, Ludwig van Beethoven, O'Brien.
PARTICLES: Final = "de da di do dos del della la le van von der den ter ten bin ibn al el abu o mc mac st d"

# Of these, the ones that are ordinary words as well.
ALSO_WORDS: Final = "do da o la den al el d ten der"

# What Polish puts behind an apostrophe: Racine'a, Andy'ego.
ENDINGS: Final = "a owi em u ie y i e ow om ami ach ego emu ym im m go mu go"

# How surnames end that no table knows.
SHAPES: Final = """
ski cki dzki ska cka dzka skiego ckiego skiej ckiej skiemu ckiemu skim ckim skie scy ccy skich wicz wicza wiczowi
wiczem czyk czyka czykowi czykiem iak iaka iakowi iakiem czuk czuka czukowi czukiem enko enki enka enke uk uka ak ek
ik yk owa son sen ez ov ova yan
"""

# Towns and countries that the table knows as names of people only.
TOWNS: Final = """
bath blackburn burnley bury canterbury chichester darlington derry dover ely harlow hastings hereford hull kendal
kettering newbury oldham poole reading salisbury scarborough shrewsbury slough stafford stoke sunderland taunton
telford warrington warwick watford wells winchester worcester albuquerque alexandria arlington boise brooklyn dayton
fremont hartford henderson lafayette modesto plano providence reno springfield stockton trenton yonkers bergen cork
limerick israel chad kenya cuba rutland skye guernsey harrow hackney lambeth clapham bromley barnet enfield
"""

# Behind a name, with a capital: a place that is named for somebody. No surname is among them.
VENUES: Final = """
museum cinema airport center centre plaza stadium arena theatre theater library college university hospital school
cathedral zoo gallery hotel airlines airways building festival marathon
"""

# What goes to places, and how long it takes: `shipping to Jackson`, `three days to York`.
SENT: Final = """
ship ships shipping postage minutes hours hour days day week weeks bus train coach flight flights
"""

# Plays, films, books: with one of these in a message, a name that does nothing may be a title.
STAGE: Final = """
film filmu serial serialu movie tickets bajka bajke teatr teatru teatrze spektakl spektaklu spektakle balkon balkonie
parter parterze loza lozy premiera premiere opera opery musical musicalu kino kina kinie seans seansu napisy napisow
lektor lektora lektorem dubbing dubbingu sezon sezonu odcinek odcinka odcinki rozdzial rozdziale rozdzialu audiobook
audiobooka ebook ebooka okladka okladke theatre theater stalls balcony matinee musical cinema audiobook audiobooks
chapter episode episodes season subtitles dubbing paperback hardcover screening watch stream streaming pages catalogue
obejrze obejrzec ogladac katalogu
"""
